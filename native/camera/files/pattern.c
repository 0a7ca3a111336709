/* The test pattern, and JPEG pictures of it. */
#include "pattern.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#define BARS 8
#define MARK_STEPS 16
#define JPEG_QUALITY 95

static const uint8_t bars[BARS][3] = {{224, 224, 224}, {224, 224, 32}, {32, 224, 224}, {32, 224, 32},
                                      {224, 32, 224},  {224, 32, 32},  {32, 32, 224},  {64, 64, 64}};

static uint8_t lit(int value, double light) {
  double bright = value * light;
  return bright > 255 ? 255 : (uint8_t)bright;
}

void pattern_draw(uint8_t *rgb, int32_t width, int32_t height, uint32_t sequence, double light) {
  uint8_t *upper = rgb;
  uint8_t *lower = rgb + (size_t)(height / 2) * (size_t)width * 3;
  for (int32_t x = 0; x < width; x++) {
    const uint8_t *bar = bars[x * BARS / width];
    for (int channel = 0; channel < 3; channel++) {
      upper[x * 3 + channel] = lit(bar[channel], light);
      lower[x * 3 + channel] = lit(bar[channel] / 2, light);
    }
  }
  for (int32_t y = 1; y < height; y++)
    if (y != height / 2)
      memcpy(rgb + (size_t)y * (size_t)width * 3, y < height / 2 ? upper : lower, (size_t)width * 3);
  int32_t step = height / MARK_STEPS > 0 ? height / MARK_STEPS : 1;
  int32_t mark = (int32_t)(sequence % MARK_STEPS) * step % height;
  int32_t mark_width = width / 32 > 0 ? width / 32 : 1;
  for (int32_t y = mark; y < mark + step && y < height; y++)
    memset(rgb + (size_t)y * (size_t)width * 3, lit(160, light), (size_t)mark_width * 3);
}

size_t jpeg_encode(const uint8_t *rgb, int32_t width, int32_t height, uint8_t *jpeg, size_t bytes) {
  struct jpeg_compress_struct writer;
  struct jpeg_error_mgr errors;
  unsigned char *to = jpeg;
  unsigned long length = bytes;
  /* Only a broken call of ours ends the program here: the sizes were checked. */
  writer.err = jpeg_std_error(&errors);
  jpeg_create_compress(&writer);
  jpeg_mem_dest(&writer, &to, &length);
  writer.image_width = (JDIMENSION)width;
  writer.image_height = (JDIMENSION)height;
  writer.input_components = 3;
  writer.in_color_space = JCS_RGB;
  jpeg_set_defaults(&writer);
  jpeg_set_quality(&writer, JPEG_QUALITY, TRUE);
  jpeg_start_compress(&writer, TRUE);
  while (writer.next_scanline < writer.image_height) {
    JSAMPROW row = (JSAMPROW)(uintptr_t)(rgb + (size_t)writer.next_scanline * (size_t)width * 3);
    jpeg_write_scanlines(&writer, &row, 1);
  }
  jpeg_finish_compress(&writer);
  jpeg_destroy_compress(&writer);
  /* The library takes memory of its own where this was not enough. */
  if (to == jpeg) return length;
  free(to);
  return 0;
}
