#ifndef LINTEL_CAMERA_PATTERN_H
#define LINTEL_CAMERA_PATTERN_H

#include <stddef.h>
#include <stdint.h>

/*
 * Eight upright bars, from the left: white, yellow, cyan, green, magenta, red, blue, dark grey; the lower half at half the
 * brightness, and a light bar that moves down by one step a frame along the left edge. `light` multiplies it all.
 */
void pattern_draw(uint8_t *rgb, int32_t width, int32_t height, uint32_t sequence, double light);
/* Bytes of the JPEG picture, or 0 where they do not fit. */
size_t jpeg_encode(const uint8_t *rgb, int32_t width, int32_t height, uint8_t *jpeg, size_t bytes);

#endif
