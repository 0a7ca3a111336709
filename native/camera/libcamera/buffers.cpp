/* Takes memory from the camera, or brings its own, and maps it. */
#include "buffers.hpp"

#include <linux/dma-buf.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "formats.hpp"

using namespace libcamera;

namespace {

size_t offset_of(const FrameBuffer::Plane &plane) {
  return plane.offset == FrameBuffer::Plane::kInvalidOffset ? 0 : plane.offset;
}

/* Memory for a device that has none to give. The planes of NV12 lie one behind the other. */
std::unique_ptr<FrameBuffer> own_buffer(const StreamConfiguration &stream, uint32_t format) {
  UniqueFD file(memfd_create("lintel-camera", MFD_CLOEXEC));
  if (!file.isValid() || ftruncate(file.get(), stream.frameSize) != 0) return nullptr;
  SharedFD shared(std::move(file));
  unsigned int first = format == FORMAT_NV12 ? stream.stride * stream.size.height : stream.frameSize;
  if (first > stream.frameSize) return nullptr;
  std::vector<FrameBuffer::Plane> planes(1);
  planes[0].fd = shared;
  planes[0].offset = 0;
  planes[0].length = first;
  if (format == FORMAT_NV12) {
    planes.resize(2);
    planes[1].fd = shared;
    planes[1].offset = first;
    planes[1].length = stream.frameSize - first;
  }
  return std::make_unique<FrameBuffer>(planes);
}

/* A picture that does not fill what was promised would be read beyond its end. NV12 may come as one plane. */
bool lay_out(struct raw &raw, const StreamConfiguration &stream, uint32_t format) {
  if (format == FORMAT_MJPEG) return true;
  size_t first = size_t{stream.stride} * stream.size.height;
  if (raw.bytes[0] < first) return false;
  if (format != FORMAT_NV12) return true;
  if (raw.plane[1] == nullptr) {
    raw.plane[1] = raw.plane[0] + first;
    raw.bytes[1] = raw.bytes[0] - first;
    raw.bytes[0] = first;
  }
  return raw.bytes[1] >= first / 2;
}

}  // namespace

void access_buffer(const FrameBuffer &buffer, bool begin) {
  struct dma_buf_sync sync = {};
  sync.flags = (begin ? DMA_BUF_SYNC_START : DMA_BUF_SYNC_END) | DMA_BUF_SYNC_RW;
  for (const FrameBuffer::Plane &plane : buffer.planes())
    while (ioctl(plane.fd.get(), DMA_BUF_IOCTL_SYNC, &sync) != 0 && (errno == EINTR || errno == EAGAIN)) continue;
}

int Buffers::allocate(struct camera *camera, const std::shared_ptr<Camera> &unit, const StreamConfiguration &stream,
                      uint32_t format) {
  std::vector<FrameBuffer *> buffers;
  allocator = std::make_unique<FrameBufferAllocator>(unit);
  if (allocator->allocate(stream.stream()) > 0) {
    for (const auto &buffer : allocator->buffers(stream.stream())) buffers.push_back(buffer.get());
  } else {
    allocator.reset();
    for (unsigned int i = 0; i < stream.bufferCount; i++) {
      own.push_back(own_buffer(stream, format));
      if (own.back() == nullptr) return camera_says(camera, LINTEL_CAMERA_SYSTEM, "no memory for frames");
      buffers.push_back(own.back().get());
    }
  }
  for (FrameBuffer *buffer : buffers) {
    Slot &slot = slots.emplace_back();
    slot.buffer = buffer;
    int code = map(camera, slot);
    if (code != LINTEL_CAMERA_OK) return code;
    if (!lay_out(slot.raw, stream, format)) return camera_says(camera, LINTEL_CAMERA_FORMAT, "buffers too small");
    slot.raw.colour = colour_of(stream);
    slot.raw.stride[0] = slot.raw.stride[1] = static_cast<int32_t>(stream.stride);
    slot.request = unit->createRequest(slots.size() - 1);
    if (slot.request == nullptr || slot.request->addBuffer(stream.stream(), buffer) != 0)
      return camera_says(camera, LINTEL_CAMERA_SYSTEM, "no request");
  }
  return LINTEL_CAMERA_OK;
}

int Buffers::map(struct camera *camera, Slot &slot) {
  const auto &planes = slot.buffer->planes();
  if (planes.size() > RAW_PLANES_MAX) return camera_says(camera, LINTEL_CAMERA_FORMAT, "%zu planes", planes.size());
  size_t first = mappings.size();
  for (size_t i = 0; i < planes.size(); i++) {
    uint8_t *memory = memory_of(*slot.buffer, planes[i].fd.get(), first);
    if (memory == nullptr) return camera_says(camera, LINTEL_CAMERA_SYSTEM, "mmap: %s", strerror(errno));
    slot.raw.plane[i] = memory + offset_of(planes[i]);
    slot.raw.bytes[i] = planes[i].length;
  }
  return LINTEL_CAMERA_OK;
}

/* Planes of one buffer may share a file; `first` is where the mappings of this buffer begin. */
uint8_t *Buffers::memory_of(const FrameBuffer &buffer, int file, size_t first) {
  for (size_t i = first; i < mappings.size(); i++)
    if (mappings[i].file == file) return mappings[i].memory;
  size_t bytes = 0;
  for (const FrameBuffer::Plane &plane : buffer.planes())
    if (plane.fd.get() == file) bytes = std::max(bytes, offset_of(plane) + plane.length);
  void *memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (memory == MAP_FAILED) return nullptr;
  mappings.push_back({file, static_cast<uint8_t *>(memory), bytes});
  return mappings.back().memory;
}

void Buffers::wipe() {
  for (const Slot &slot : slots) access_buffer(*slot.buffer, true);
  for (const Mapping &mapping : mappings) camera_wipe(mapping.memory, mapping.bytes);
  for (const Slot &slot : slots) access_buffer(*slot.buffer, false);
}

void Buffers::free() {
  wipe();
  slots.clear();
  for (const Mapping &mapping : mappings) munmap(mapping.memory, mapping.bytes);
  mappings.clear();
  allocator.reset();
  own.clear();
}

Slot *Buffers::of(const struct raw *raw) {
  for (Slot &slot : slots)
    if (&slot.raw == raw) return &slot;
  return nullptr;
}
