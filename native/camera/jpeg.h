#ifndef LINTEL_CAMERA_JPEG_H
#define LINTEL_CAMERA_JPEG_H

#include <stddef.h>
#include <stdint.h>

/* Reads the size alone. 0 where these bytes are no JPEG picture. */
int jpeg_size(const uint8_t *jpeg, size_t bytes, int32_t *width, int32_t *height);
/*
 * Decodes to RGB rows without padding. The picture must have exactly this size and must not be damaged anywhere: a
 * decoder that fills gaps would show a face that nobody has. 0 where it is not so.
 */
int jpeg_decode(const uint8_t *jpeg, size_t bytes, uint8_t *rgb, int32_t width, int32_t height);

#endif
