/* From RGB to the format of the camera: the way back from what convert.h does. */
#ifndef LINTEL_CAMERA_PACKER_H
#define LINTEL_CAMERA_PACKER_H

#include "../device.h"

struct packer {
  uint32_t format;
  int32_t width;
  int32_t height;
  /* The picture that is to be packed, rows without padding. */
  uint8_t *rgb;
  uint8_t *planes;
};

/* 0 where there is no memory; what there is wants closing all the same. */
int packer_open(struct packer *packer, const struct lintel_camera_shape *shape);
/* 0 where the picture does not fit. */
int pack(const struct packer *packer, struct raw *raw);
void packer_wipe(struct packer *packer);
void packer_close(struct packer *packer);

#endif
