/* Packs a drawn or decoded picture as NV12, YUYV, MJPEG, RGB or BGR. */
#include "packer.h"

#include <stdlib.h>
#include <string.h>

#include <libyuv.h>

#include "pattern.h"

static size_t bytes_of(const struct packer *packer) {
  return (size_t)packer->width * (size_t)packer->height * 3;
}

int packer_open(struct packer *packer, const struct lintel_camera_shape *shape) {
  packer->format = shape->format;
  packer->width = shape->width;
  packer->height = shape->height;
  packer->rgb = calloc(1, bytes_of(packer));
  packer->planes = calloc(1, bytes_of(packer));
  return packer->rgb != NULL && packer->planes != NULL;
}

int pack(const struct packer *packer, struct raw *raw) {
  const uint8_t *rgb = packer->rgb;
  int width = packer->width;
  int height = packer->height;
  size_t pixels = (size_t)width * (size_t)height;
  uint8_t *y = packer->planes;
  uint8_t *u = y + pixels;
  uint8_t *v = u + pixels / 4;
  raw->colour = COLOUR_601;
  switch (packer->format) {
    case FORMAT_NV12:
      return RAWToI420(rgb, width * 3, y, width, u, width / 2, v, width / 2, width, height) == 0 &&
             I420ToNV12(y, width, u, width / 2, v, width / 2, raw->plane[0], width, raw->plane[1], width, width,
                        height) == 0;
    case FORMAT_YUYV:
      return RAWToI420(rgb, width * 3, y, width, u, width / 2, v, width / 2, width, height) == 0 &&
             I420ToYUY2(y, width, u, width / 2, v, width / 2, raw->plane[0], width * 2, width, height) == 0;
    case FORMAT_MJPEG:
      raw->used = jpeg_encode(rgb, width, height, raw->plane[0], raw->bytes[0]);
      return raw->used > 0;
    case FORMAT_BGR:
      return RAWToRGB24(rgb, width * 3, raw->plane[0], width * 3, width, height) == 0;
    default:
      memcpy(raw->plane[0], rgb, pixels * 3);
      return 1;
  }
}

void packer_wipe(struct packer *packer) {
  if (packer->rgb != NULL) camera_wipe(packer->rgb, bytes_of(packer));
  if (packer->planes != NULL) camera_wipe(packer->planes, bytes_of(packer));
}

void packer_close(struct packer *packer) {
  packer_wipe(packer);
  free(packer->rgb);
  free(packer->planes);
  packer->rgb = packer->planes = NULL;
}
