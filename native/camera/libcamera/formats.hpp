/* Formats and colours, by our names and by libcamera's. */
#ifndef LINTEL_CAMERA_FORMATS_HPP
#define LINTEL_CAMERA_FORMATS_HPP

#include <vector>

#include <libcamera/libcamera.h>

#include "../device.h"

struct KnownFormat {
  uint32_t ours;
  libcamera::PixelFormat theirs;
};

/* In the order of our liking. */
const std::vector<KnownFormat> &known_formats();
libcamera::PixelFormat format_of(uint32_t ours);
/* The asked one, or for 0 the one that we like best, of those that the stream has; 0 where it has none. */
uint32_t choose_format(const libcamera::StreamConfiguration &stream, uint32_t asked);
enum colour colour_of(const libcamera::StreamConfiguration &stream);

#endif
