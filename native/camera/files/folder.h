/* A folder of JPEG pictures, which is a camera to whoever has it open. */
#ifndef LINTEL_CAMERA_FOLDER_H
#define LINTEL_CAMERA_FOLDER_H

#include "../device.h"

struct folder {
  /* -1 where there is none. */
  int file;
  char **names;
  uint32_t pictures;
  /* The picture that was read last. */
  uint8_t *bytes;
  size_t used;
  /* Bytes of memory that may hold something of a picture. */
  size_t written;
};

/* GONE, BUSY where somebody else has it, DENIED. `camera` is told why; the folder wants closing all the same. */
int folder_open(struct folder *folder, struct camera *camera, const char *path);
/* Reads a picture; their number starts again after the last one. `camera` is told why it could not. */
int folder_read(struct folder *folder, struct camera *camera, uint32_t number);
/* Overwrites what was read. */
void folder_wipe(struct folder *folder);
void folder_close(struct folder *folder);

#endif
