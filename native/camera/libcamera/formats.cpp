/* Formats and colours, by our names and by libcamera's. */
#include "formats.hpp"

using namespace libcamera;

/* libcamera names RGB by words, lowest byte last. */
const std::vector<KnownFormat> &known_formats() {
  static const std::vector<KnownFormat> all = {{FORMAT_NV12, formats::NV12},
                                               {FORMAT_YUYV, formats::YUYV},
                                               {FORMAT_RGB, formats::BGR888},
                                               {FORMAT_BGR, formats::RGB888},
                                               {FORMAT_MJPEG, formats::MJPEG}};
  return all;
}

PixelFormat format_of(uint32_t ours) {
  for (const KnownFormat &format : known_formats())
    if (format.ours == ours) return format.theirs;
  return PixelFormat();
}

uint32_t choose_format(const StreamConfiguration &stream, uint32_t asked) {
  auto available = stream.formats().pixelformats();
  for (const KnownFormat &format : known_formats())
    for (const PixelFormat &one : available)
      if (one == format.theirs && (asked == 0 || asked == format.ours)) return format.ours;
  return 0;
}

enum colour colour_of(const StreamConfiguration &stream) {
  if (!stream.colorSpace) return COLOUR_601;
  bool full = stream.colorSpace->range == ColorSpace::Range::Full;
  if (stream.colorSpace->ycbcrEncoding == ColorSpace::YcbcrEncoding::Rec709) return full ? COLOUR_709_FULL : COLOUR_709;
  return full ? COLOUR_601_FULL : COLOUR_601;
}
