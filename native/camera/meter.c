/* Brightness, for the exposure of a face. */
#include "meter.h"

#define METERED_PIXELS 4096

/* Mean of green, which is near enough to brightness, of a few thousand pixels. */
int32_t metered_milli(const uint8_t *rgb, int32_t width, int32_t height, const struct lintel_camera_controls *at) {
  int32_t x = 0, y = 0, right = width, bottom = height;
  if (at->meter_width > 0 && at->meter_height > 0 && at->meter_x >= 0 && at->meter_y >= 0 && at->meter_x < right &&
      at->meter_y < bottom) {
    x = at->meter_x;
    y = at->meter_y;
    if (at->meter_width < right - x) right = x + at->meter_width;
    if (at->meter_height < bottom - y) bottom = y + at->meter_height;
  }
  int32_t step = 1;
  while ((int64_t)(right - x) * (bottom - y) / ((int64_t)step * step) > METERED_PIXELS) step++;
  int64_t sum = 0, count = 0;
  for (int32_t row = y; row < bottom; row += step)
    for (int32_t column = x; column < right; column += step, count++)
      sum += rgb[((size_t)row * (size_t)width + (size_t)column) * 3 + 1];
  return count == 0 ? -1 : (int32_t)(sum * 1000 / count);
}
