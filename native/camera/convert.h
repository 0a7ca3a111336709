/* From a frame as the device made it to the RGB that is handed out. */
#ifndef LINTEL_CAMERA_CONVERT_H
#define LINTEL_CAMERA_CONVERT_H

#include "device.h"

struct conversion {
  struct lintel_camera_shape shape;
  /* Of the zone after scaling, before the turn. */
  int32_t width;
  int32_t height;
  uint8_t *scratch;
  size_t scratch_bytes;
  /* Places within the scratch memory. */
  uint8_t *unpacked;
  uint8_t *scaled;
  uint8_t *flat;
  uint8_t *argb;
  uint8_t *turned;
};

/* Completes the zone and the size of what is handed out. LINTEL_CAMERA_FORMAT where they do not fit, or OK. */
int conversion_shape(struct lintel_camera_shape *shape);
/* Takes the memory that the conversion needs. */
int conversion_open(struct conversion *conversion, const struct lintel_camera_shape *shape);
/* Writes out_width * out_height * 3 bytes. */
int convert(struct conversion *conversion, const struct raw *raw, uint8_t *rgb);
/* Overwrites what is left of the last picture. */
void conversion_wipe(struct conversion *conversion);
void conversion_close(struct conversion *conversion);

#endif
