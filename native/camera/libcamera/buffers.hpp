/* The memory that frames lie in, each with the request that carries it to the camera and back. */
#ifndef LINTEL_CAMERA_BUFFERS_HPP
#define LINTEL_CAMERA_BUFFERS_HPP

#include <deque>
#include <memory>
#include <vector>

#include <libcamera/libcamera.h>

#include "../device.h"

struct Slot {
  struct raw raw = {};
  libcamera::FrameBuffer *buffer = nullptr;
  std::unique_ptr<libcamera::Request> request;
};

class Buffers {
 public:
  ~Buffers() { free(); }
  /* For a camera that is configured so. Returns a code; `camera` is told why. */
  int allocate(struct camera *camera, const std::shared_ptr<libcamera::Camera> &unit,
               const libcamera::StreamConfiguration &stream, uint32_t format);
  /* Overwrites it all. */
  void wipe();
  /* Of a camera that is stopped. */
  void free();
  /* The slot of a frame. */
  Slot *of(const struct raw *raw);
  /* A request's cookie is its place. */
  std::deque<Slot> slots;

 private:
  struct Mapping {
    int file;
    uint8_t *memory;
    size_t bytes;
  };

  int map(struct camera *camera, Slot &slot);
  uint8_t *memory_of(const libcamera::FrameBuffer &buffer, int file, size_t first);

  std::unique_ptr<libcamera::FrameBufferAllocator> allocator;
  std::vector<std::unique_ptr<libcamera::FrameBuffer>> own;
  std::vector<Mapping> mappings;
};

/* Before and after the processor looks at memory that the sensor writes past its cache. Other memory refuses it, and needs nothing. */
void access_buffer(const libcamera::FrameBuffer &buffer, bool begin);

#endif
