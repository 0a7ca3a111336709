/* The buffers of the form over files. */
#ifndef LINTEL_CAMERA_SLOTS_H
#define LINTEL_CAMERA_SLOTS_H

#include "../device.h"

/* One is drawn, one is the newest, one is leased. */
#define SLOTS 3

struct slots {
  /* Memory of its own, as for a device without an allocator: what of it is open can be seen from outside. */
  int file;
  uint8_t *memory;
  size_t bytes;
  struct raw raw[SLOTS];
  int taken[SLOTS];
};

/* 0 where there is no memory; what there is wants closing all the same. */
int slots_open(struct slots *slots, const struct lintel_camera_shape *shape);
/* NULL where every one is taken. */
struct raw *slots_take(struct slots *slots);
void slots_give_back(struct slots *slots, const struct raw *raw);
void slots_wipe(struct slots *slots);
void slots_close(struct slots *slots);

#endif
