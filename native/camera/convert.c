/* Crops, scales, converts and turns a frame, in memory of its own that is overwritten behind it. */
#include "convert.h"

#include <stdlib.h>
#include <string.h>

#include <libyuv.h>
#include <libyuv/scale_rgb.h>

#include "jpeg.h"

/* libyuv exports it, and its header of this version forgets to say so. */
extern const struct YuvConstants kYvuI601Constants;

#define SIDE_MIN 2

static int32_t even(int32_t value) {
  return value & ~1;
}

static size_t rgb_bytes(int32_t width, int32_t height) {
  return (size_t)width * (size_t)height * 3;
}

size_t camera_picture_bytes(uint32_t format, int32_t width, int32_t height) {
  size_t pixels = (size_t)width * (size_t)height;
  switch (format) {
    case FORMAT_NV12:
      return pixels * 3 / 2;
    case FORMAT_YUYV:
      return pixels * 2;
    case FORMAT_RGB:
    case FORMAT_BGR:
      return pixels * 3;
    case FORMAT_MJPEG:
      /* A picture of noise at full quality takes more than its pixels do, and small ones have a long header. */
      return pixels * 4 + 4096;
    default:
      return 0;
  }
}

static int sides_fit(int32_t width, int32_t height) {
  return width >= SIDE_MIN && height >= SIDE_MIN && width <= LINTEL_CAMERA_SIDE_MAX && height <= LINTEL_CAMERA_SIDE_MAX;
}

int conversion_shape(struct lintel_camera_shape *shape) {
  if (!sides_fit(shape->width, shape->height) || (shape->width | shape->height) & 1) return LINTEL_CAMERA_FORMAT;
  if (shape->zone_width == 0) {
    shape->zone_x = shape->zone_y = 0;
    shape->zone_width = shape->width;
    shape->zone_height = shape->height;
  }
  if (shape->zone_x < 0 || shape->zone_y < 0 || shape->zone_width < 0 || shape->zone_height < 0)
    return LINTEL_CAMERA_FORMAT;
  shape->zone_x = even(shape->zone_x);
  shape->zone_y = even(shape->zone_y);
  shape->zone_width = even(shape->zone_width);
  shape->zone_height = even(shape->zone_height);
  if (!sides_fit(shape->zone_width, shape->zone_height)) return LINTEL_CAMERA_FORMAT;
  /* Written so that no sum can overflow. */
  if (shape->zone_x > shape->width - shape->zone_width || shape->zone_y > shape->height - shape->zone_height)
    return LINTEL_CAMERA_FORMAT;
  if (shape->rotation != 0 && shape->rotation != 90 && shape->rotation != 180 && shape->rotation != 270)
    return LINTEL_CAMERA_FORMAT;
  if (shape->mirror != 0 && shape->mirror != 1) return LINTEL_CAMERA_FORMAT;
  int across = shape->rotation % 180 != 0;
  if (shape->out_width == 0) {
    shape->out_width = across ? shape->zone_height : shape->zone_width;
    shape->out_height = across ? shape->zone_width : shape->zone_height;
  }
  return sides_fit(shape->out_width, shape->out_height) ? LINTEL_CAMERA_OK : LINTEL_CAMERA_FORMAT;
}

static int turns(const struct lintel_camera_shape *shape) {
  return shape->rotation != 0 || shape->mirror;
}

int conversion_open(struct conversion *conversion, const struct lintel_camera_shape *shape) {
  memset(conversion, 0, sizeof *conversion);
  conversion->shape = *shape;
  int across = shape->rotation % 180 != 0;
  int32_t width = conversion->width = across ? shape->out_height : shape->out_width;
  int32_t height = conversion->height = across ? shape->out_width : shape->out_height;
  size_t unpacked = shape->format == FORMAT_YUYV    ? camera_picture_bytes(FORMAT_NV12, shape->width, shape->height)
                    : shape->format == FORMAT_MJPEG ? rgb_bytes(shape->width, shape->height)
                                                    : 0;
  /* Room for the chroma of odd sizes too. */
  size_t scaled = (size_t)(width + 1) * (size_t)(height + 1) * 3;
  size_t flat = turns(shape) ? rgb_bytes(width, height) : 0;
  size_t argb = turns(shape) ? (size_t)width * (size_t)height * 4 : 0;
  conversion->scratch_bytes = unpacked + scaled + flat + 2 * argb;
  conversion->scratch = calloc(1, conversion->scratch_bytes);
  if (conversion->scratch == NULL) return LINTEL_CAMERA_SYSTEM;
  conversion->unpacked = conversion->scratch;
  conversion->scaled = conversion->unpacked + unpacked;
  conversion->flat = conversion->scaled + scaled;
  conversion->argb = conversion->flat + flat;
  conversion->turned = conversion->argb + argb;
  return LINTEL_CAMERA_OK;
}

/* The constants with blue and red exchanged: libyuv calls bytes R, G, B "RAW", and its own "RGB24" are B, G, R. */
static const struct YuvConstants *constants(enum colour colour) {
  switch (colour) {
    case COLOUR_601_FULL:
      return &kYvuJPEGConstants;
    case COLOUR_709:
      return &kYvuH709Constants;
    case COLOUR_709_FULL:
      return &kYvuF709Constants;
    case COLOUR_601:
      break;
  }
  return &kYvuI601Constants;
}

struct nv12 {
  const uint8_t *y;
  const uint8_t *uv;
  int32_t y_stride;
  int32_t uv_stride;
};

static int from_nv12(struct conversion *conversion, struct nv12 from, enum colour colour, uint8_t *rgb) {
  const struct lintel_camera_shape *shape = &conversion->shape;
  int32_t width = conversion->width;
  int32_t height = conversion->height;
  const uint8_t *y = from.y + (ptrdiff_t)shape->zone_y * from.y_stride + shape->zone_x;
  const uint8_t *uv = from.uv + (ptrdiff_t)(shape->zone_y / 2) * from.uv_stride + shape->zone_x;
  if (width != shape->zone_width || height != shape->zone_height) {
    int32_t y_stride = width;
    int32_t uv_stride = (width + 1) / 2 * 2;
    uint8_t *scaled_y = conversion->scaled;
    uint8_t *scaled_uv = scaled_y + (size_t)y_stride * (size_t)height;
    if (NV12Scale(y, from.y_stride, uv, from.uv_stride, shape->zone_width, shape->zone_height, scaled_y, y_stride,
                  scaled_uv, uv_stride, width, height, kFilterBox) != 0)
      return LINTEL_CAMERA_DAMAGED;
    y = scaled_y;
    uv = scaled_uv;
    from.y_stride = y_stride;
    from.uv_stride = uv_stride;
  }
  int failed = NV21ToRGB24Matrix(y, from.y_stride, uv, from.uv_stride, rgb, width * 3, constants(colour), width, height);
  return failed ? LINTEL_CAMERA_DAMAGED : LINTEL_CAMERA_OK;
}

static int from_rgb(struct conversion *conversion, const uint8_t *from, int32_t stride, uint8_t *rgb) {
  const struct lintel_camera_shape *shape = &conversion->shape;
  int32_t width = conversion->width;
  int32_t height = conversion->height;
  int swapped = shape->format == FORMAT_BGR;
  from += (ptrdiff_t)shape->zone_y * stride + (ptrdiff_t)shape->zone_x * 3;
  if (width != shape->zone_width || height != shape->zone_height) {
    uint8_t *to = swapped ? conversion->scaled : rgb;
    if (RGBScale(from, stride, shape->zone_width, shape->zone_height, to, width * 3, width, height, kFilterBox) != 0)
      return LINTEL_CAMERA_DAMAGED;
    from = to;
    stride = width * 3;
  }
  if (swapped) {
    if (RAWToRGB24(from, stride, rgb, width * 3, width, height) != 0) return LINTEL_CAMERA_DAMAGED;
  } else if (from != rgb && stride == width * 3) {
    memcpy(rgb, from, rgb_bytes(width, height));
  } else if (from != rgb) {
    for (int32_t row = 0; row < height; row++)
      memcpy(rgb + (size_t)row * (size_t)width * 3, from + (ptrdiff_t)row * stride, (size_t)width * 3);
  }
  return LINTEL_CAMERA_OK;
}

/* Crops, scales and converts; turns nothing. */
static int flatten(struct conversion *conversion, const struct raw *raw, uint8_t *rgb) {
  const struct lintel_camera_shape *shape = &conversion->shape;
  int32_t width = shape->width;
  int32_t height = shape->height;
  switch (shape->format) {
    case FORMAT_NV12: {
      struct nv12 from = {raw->plane[0], raw->plane[1], raw->stride[0], raw->stride[1]};
      return from_nv12(conversion, from, raw->colour, rgb);
    }
    case FORMAT_YUYV: {
      uint8_t *y = conversion->unpacked;
      uint8_t *uv = y + (size_t)width * (size_t)height;
      if (YUY2ToNV12(raw->plane[0], raw->stride[0], y, width, uv, width, width, height) != 0)
        return LINTEL_CAMERA_DAMAGED;
      return from_nv12(conversion, (struct nv12){y, uv, width, width}, raw->colour, rgb);
    }
    case FORMAT_MJPEG:
      if (!jpeg_decode(raw->plane[0], raw->used, conversion->unpacked, width, height)) return LINTEL_CAMERA_DAMAGED;
      return from_rgb(conversion, conversion->unpacked, width * 3, rgb);
    default:
      return from_rgb(conversion, raw->plane[0], raw->stride[0], rgb);
  }
}

static int turn(struct conversion *conversion, uint8_t *rgb) {
  const struct lintel_camera_shape *shape = &conversion->shape;
  int32_t width = conversion->width;
  int32_t height = conversion->height;
  int32_t out_width = shape->out_width;
  int32_t out_height = shape->out_height;
  uint8_t *upright = conversion->argb;
  uint8_t *spare = conversion->turned;
  int failed = RAWToARGB(conversion->flat, width * 3, upright, width * 4, width, height);
  if (shape->rotation != 0) {
    enum RotationMode mode = shape->rotation == 90 ? kRotate90 : shape->rotation == 180 ? kRotate180 : kRotate270;
    failed |= ARGBRotate(upright, width * 4, spare, out_width * 4, width, height, mode);
    uint8_t *was = upright;
    upright = spare;
    spare = was;
  }
  if (shape->mirror) {
    failed |= ARGBMirror(upright, out_width * 4, spare, out_width * 4, out_width, out_height);
    upright = spare;
  }
  failed |= ARGBToRAW(upright, out_width * 4, rgb, out_width * 3, out_width, out_height);
  return failed ? LINTEL_CAMERA_DAMAGED : LINTEL_CAMERA_OK;
}

int convert(struct conversion *conversion, const struct raw *raw, uint8_t *rgb) {
  if (!turns(&conversion->shape)) return flatten(conversion, raw, rgb);
  int code = flatten(conversion, raw, conversion->flat);
  return code == LINTEL_CAMERA_OK ? turn(conversion, rgb) : code;
}

static int leaves_traces(const struct lintel_camera_shape *shape) {
  return shape->format == FORMAT_YUYV || shape->format == FORMAT_MJPEG || turns(shape) ||
         shape->out_width != shape->zone_width || shape->out_height != shape->zone_height;
}

void conversion_wipe(struct conversion *conversion) {
  if (conversion->scratch != NULL && leaves_traces(&conversion->shape))
    camera_wipe(conversion->scratch, conversion->scratch_bytes);
}

void conversion_close(struct conversion *conversion) {
  if (conversion->scratch != NULL) camera_wipe(conversion->scratch, conversion->scratch_bytes);
  free(conversion->scratch);
  memset(conversion, 0, sizeof *conversion);
}
