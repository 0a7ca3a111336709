/* The newest frame and the lease: at most one frame waits to be taken, and at most one is out. */
#ifndef LINTEL_CAMERA_FRAMES_H
#define LINTEL_CAMERA_FRAMES_H

#include "device.h"

struct frames {
  int running;
  /* Why the device delivers nothing more. */
  int failure;
  struct raw *newest;
  /* Whether there was one since the start, and the number of the newest: time does not run backwards. */
  int delivered;
  uint32_t sequence;
  struct raw *leased;
  /* The number of the lease that is out, or was last. */
  int lease;
  uint32_t replaced;
  /* Calls that are in the device or in its frames at this moment: nobody stops it meanwhile. One of them may take. */
  int inside;
  int taking;
};

/* Starts the device. Where that fails, nothing of it is left. */
int frames_begin(struct camera *camera);
/* Stops the device once nobody is in it, and overwrites whatever was not given back. */
void frames_end(struct camera *camera);
/* Of a call that has counted itself as inside, and is so no more. */
void frames_leave(struct camera *camera);

#endif
