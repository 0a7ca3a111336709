/* The form over libcamera, which has no interface in C. What the versions of it differ in is in versions.hpp. */
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "device.h"
#include "versions.hpp"

using namespace libcamera;

namespace {

/* Two that the sensor fills, the newest and the leased one. */
constexpr unsigned int BUFFERS = 4;
constexpr int RATE_DEFAULT = 30000;
constexpr int64_t NANOS = 1000000000;

struct KnownFormat {
  uint32_t ours;
  PixelFormat theirs;
};

/* In the order of our liking. libcamera names RGB by words, lowest byte last. */
const std::vector<KnownFormat> &known_formats() {
  static const std::vector<KnownFormat> all = {{FORMAT_NV12, formats::NV12},
                                               {FORMAT_YUYV, formats::YUYV},
                                               {FORMAT_RGB, formats::BGR888},
                                               {FORMAT_BGR, formats::RGB888},
                                               {FORMAT_MJPEG, formats::MJPEG}};
  return all;
}

/*
 * One manager a process, there while a camera is open or being listed: some pipelines keep their device open for as long
 * as it is. A plain pointer: a program that ends with its camera open must not take the manager away from its threads.
 */
std::mutex manager_lock;
CameraManager *manager = nullptr;
int manager_wanted = 0;

/*
 * What goes wrong is told by codes; the rest of libcamera's log is for those who write it. It reads this when it logs
 * first. While a library is being loaded nobody else looks at the environment.
 */
__attribute__((constructor)) void quieten() {
  setenv("LIBCAMERA_LOG_LEVELS", "*:ERROR", 0);
}

int manager_take() {
  std::lock_guard<std::mutex> hold(manager_lock);
  if (manager_wanted == 0) {
    manager = new CameraManager;
    int failed = manager->start();
    if (failed != 0) {
      delete manager;
      manager = nullptr;
      return failed;
    }
  }
  manager_wanted++;
  return 0;
}

void manager_let() {
  std::lock_guard<std::mutex> hold(manager_lock);
  if (--manager_wanted > 0) return;
  manager->stop();
  delete manager;
  manager = nullptr;
}

int code_of(int error) {
  switch (-error) {
    case EBUSY:
      return LINTEL_CAMERA_BUSY;
    case EACCES:
    case EPERM:
      return LINTEL_CAMERA_DENIED;
    case ENODEV:
    case ENOENT:
    case ENXIO:
      return LINTEL_CAMERA_GONE;
    case EINVAL:
      return LINTEL_CAMERA_FORMAT;
    default:
      return LINTEL_CAMERA_SYSTEM;
  }
}

int says(struct camera *camera, const char *what, int error) {
  return camera_says(camera, code_of(error), "%s: %s", what, strerror(-error));
}

std::string model_of(const Camera &camera) {
  auto model = camera.properties().get(properties::Model);
  return model ? versions::text(*model) : camera.id();
}

/* A file that lies there and may not be opened: libcamera finds no camera then, and says so in its log alone. */
std::string forbidden() {
  for (const char *kind : {"media", "video"})
    for (int number = 0; number < 8; number++) {
      std::string path = std::string("/dev/") + kind + std::to_string(number);
      if (access(path.c_str(), F_OK) == 0 && access(path.c_str(), R_OK | W_OK) != 0) return path;
    }
  return "";
}

struct Slot {
  struct raw raw = {};
  FrameBuffer *buffer = nullptr;
  std::unique_ptr<Request> request;
};

struct Mapping {
  uint8_t *memory;
  size_t bytes;
};

}  // namespace

struct device {
  struct camera *camera = nullptr;
  std::shared_ptr<Camera> unit;
  std::unique_ptr<CameraConfiguration> configuration;
  std::unique_ptr<FrameBufferAllocator> allocator;
  std::vector<std::unique_ptr<FrameBuffer>> own_buffers;
  std::map<int, Mapping> mappings;
  std::deque<Slot> slots;
  struct lintel_camera_shape shape = {};
  std::mutex lock;
  std::condition_variable changed;
  std::deque<Slot *> idle;
  bool running = false;
  int32_t rate = RATE_DEFAULT;
  ControlList wanted;
  std::thread pacer;

  void completed(Request *request);
  void disconnected() { camera_fail(camera, LINTEL_CAMERA_GONE, "unplugged"); }
  int queue(Slot &slot);
  void pace();
  int allocate(Stream *stream, const StreamConfiguration &stream_configuration);
  int map(Slot &slot);
  void forget_buffers();
};

const char *device_library(void) {
  static const std::string name = versions::name();
  return name.c_str();
}

int device_list(struct camera *camera, char *text, size_t bytes) {
  int failed = manager_take();
  /* A kernel that knows nothing of cameras has none. */
  if (failed == -ENODEV) return LINTEL_CAMERA_OK;
  if (failed != 0) return says(camera, "camera manager", failed);
  std::string list;
  for (const std::shared_ptr<Camera> &unit : manager->cameras()) {
    list += "camera\t" + unit->id() + "\t" + model_of(*unit) + "\n";
    auto configuration = versions::generate(*unit);
    if (configuration == nullptr || configuration->empty()) continue;
    const StreamFormats &available = configuration->at(0).formats();
    for (const KnownFormat &format : known_formats())
      for (const Size &size : available.sizes(format.theirs))
        list += "mode\t" + std::string(reinterpret_cast<const char *>(&format.ours), 4) + "\t" +
                std::to_string(size.width) + "\t" + std::to_string(size.height) + "\n";
  }
  manager_let();
  snprintf(text, bytes, "%s", list.c_str());
  return LINTEL_CAMERA_OK;
}

int device_open(struct camera *camera, const char *id, struct device **opened) {
  int failed = manager_take();
  if (failed != 0) return says(camera, "camera manager", failed);
  std::shared_ptr<Camera> unit;
  auto all = manager->cameras();
  if (id[0] != 0) unit = manager->get(id);
  else if (!all.empty()) unit = all.front();
  int code = LINTEL_CAMERA_OK;
  std::string closed = unit == nullptr && all.empty() ? forbidden() : "";
  if (!closed.empty()) code = camera_says(camera, LINTEL_CAMERA_DENIED, "%s; the group video may", closed.c_str());
  else if (unit == nullptr) code = camera_says(camera, LINTEL_CAMERA_GONE, "%s of %zu found", id[0] ? id : "none", all.size());
  else if ((failed = unit->acquire()) != 0) code = says(camera, unit->id().c_str(), failed);
  all.clear();
  if (code != LINTEL_CAMERA_OK) {
    unit.reset();
    manager_let();
    return code;
  }
  auto *device = new struct device;
  device->camera = camera;
  device->unit = unit;
  device->unit->requestCompleted.connect(device, &device::completed);
  device->unit->disconnected.connect(device, &device::disconnected);
  *opened = device;
  return LINTEL_CAMERA_OK;
}

namespace {

enum colour colour_of(const StreamConfiguration &stream) {
  if (!stream.colorSpace) return COLOUR_601;
  bool full = stream.colorSpace->range == ColorSpace::Range::Full;
  if (stream.colorSpace->ycbcrEncoding == ColorSpace::YcbcrEncoding::Rec709) return full ? COLOUR_709_FULL : COLOUR_709;
  return full ? COLOUR_601_FULL : COLOUR_601;
}

uint32_t choose(const StreamConfiguration &stream, uint32_t asked) {
  auto available = stream.formats().pixelformats();
  for (const KnownFormat &format : known_formats())
    for (const PixelFormat &one : available)
      if (one == format.theirs && (asked == 0 || asked == format.ours)) return format.ours;
  return 0;
}

PixelFormat theirs_of(uint32_t ours) {
  for (const KnownFormat &format : known_formats())
    if (format.ours == ours) return format.theirs;
  return PixelFormat();
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

}  // namespace

int device::allocate(Stream *stream, const StreamConfiguration &wanted_stream) {
  allocator = std::make_unique<FrameBufferAllocator>(unit);
  std::vector<FrameBuffer *> buffers;
  if (allocator->allocate(stream) > 0) {
    for (const auto &buffer : allocator->buffers(stream)) buffers.push_back(buffer.get());
  } else {
    allocator.reset();
    for (unsigned int i = 0; i < wanted_stream.bufferCount; i++) {
      own_buffers.push_back(own_buffer(wanted_stream, shape.format));
      if (own_buffers.back() == nullptr) return camera_says(camera, LINTEL_CAMERA_SYSTEM, "no memory for frames");
      buffers.push_back(own_buffers.back().get());
    }
  }
  for (FrameBuffer *buffer : buffers) {
    Slot &slot = slots.emplace_back();
    slot.buffer = buffer;
    int code = map(slot);
    if (code != LINTEL_CAMERA_OK) return code;
    slot.raw.colour = colour_of(wanted_stream);
    slot.raw.stride[0] = static_cast<int32_t>(wanted_stream.stride);
    slot.raw.stride[1] = static_cast<int32_t>(wanted_stream.stride);
    slot.request = unit->createRequest(slots.size() - 1);
    if (slot.request == nullptr || slot.request->addBuffer(stream, buffer) != 0)
      return camera_says(camera, LINTEL_CAMERA_SYSTEM, "no request");
  }
  return LINTEL_CAMERA_OK;
}

int device::map(Slot &slot) {
  const auto &planes = slot.buffer->planes();
  size_t used = 0;
  for (const FrameBuffer::Plane &plane : planes) {
    if (used == RAW_PLANES_MAX) return camera_says(camera, LINTEL_CAMERA_FORMAT, "%zu planes", planes.size());
    int file = plane.fd.get();
    size_t offset = plane.offset == FrameBuffer::Plane::kInvalidOffset ? 0 : plane.offset;
    if (mappings.find(file) == mappings.end()) {
      size_t bytes = 0;
      for (const FrameBuffer::Plane &other : planes)
        if (other.fd.get() == file) bytes = std::max<size_t>(bytes, other.length + (other.offset == FrameBuffer::Plane::kInvalidOffset ? 0 : other.offset));
      void *memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
      if (memory == MAP_FAILED) return camera_says(camera, LINTEL_CAMERA_SYSTEM, "mmap: %s", strerror(errno));
      mappings[file] = {static_cast<uint8_t *>(memory), bytes};
    }
    slot.raw.plane[used] = mappings[file].memory + offset;
    slot.raw.bytes[used] = plane.length;
    used++;
  }
  /* A picture that does not fill what was promised would be read beyond its end. */
  size_t stride = configuration->at(0).stride, height = configuration->at(0).size.height;
  bool fits = shape.format == FORMAT_MJPEG || slot.raw.bytes[0] >= stride * height;
  if (shape.format == FORMAT_NV12 && used == 1 && slot.raw.bytes[0] >= stride * height * 3 / 2) {
    slot.raw.plane[1] = slot.raw.plane[0] + stride * height;
    slot.raw.bytes[1] = slot.raw.bytes[0] - stride * height;
    slot.raw.bytes[0] = stride * height;
  } else if (shape.format == FORMAT_NV12) {
    fits = fits && used == 2 && slot.raw.bytes[1] >= stride * height / 2;
  }
  return fits ? LINTEL_CAMERA_OK : camera_says(camera, LINTEL_CAMERA_FORMAT, "buffers too small");
}

void device::forget_buffers() {
  slots.clear();
  for (auto &[file, mapping] : mappings) {
    camera_wipe(mapping.memory, mapping.bytes);
    munmap(mapping.memory, mapping.bytes);
  }
  mappings.clear();
  if (allocator != nullptr && configuration != nullptr) allocator->free(configuration->at(0).stream());
  allocator.reset();
  own_buffers.clear();
}

int device_configure(struct device *device, struct lintel_camera_shape *asked) {
  device->forget_buffers();
  device->configuration = versions::generate(*device->unit);
  if (device->configuration == nullptr || device->configuration->empty())
    return camera_says(device->camera, LINTEL_CAMERA_FORMAT, "no stream to look at");
  StreamConfiguration &stream = device->configuration->at(0);
  uint32_t format = choose(stream, asked->format);
  if (format == 0) return camera_says(device->camera, LINTEL_CAMERA_FORMAT, "%s alone", stream.pixelFormat.toString().c_str());
  stream.pixelFormat = theirs_of(format);
  if (asked->width < 0 || asked->height < 0) return camera_says(device->camera, LINTEL_CAMERA_FORMAT, "a negative size");
  if (asked->width > 0) stream.size = Size(static_cast<unsigned>(asked->width), static_cast<unsigned>(asked->height));
  stream.bufferCount = BUFFERS;
  Size wished = stream.size;
  versions::upright(*device->configuration);
  if (device->configuration->validate() == CameraConfiguration::Invalid || stream.pixelFormat != theirs_of(format))
    return camera_says(device->camera, LINTEL_CAMERA_FORMAT, "%s", wished.toString().c_str());
  if (asked->width > 0 && stream.size != wished)
    return camera_says(device->camera, LINTEL_CAMERA_FORMAT, "%s; the nearest is %s", wished.toString().c_str(),
                       stream.size.toString().c_str());
  int failed = device->unit->configure(device->configuration.get());
  if (failed != 0) return says(device->camera, "configure", failed);
  asked->format = format;
  asked->width = static_cast<int32_t>(stream.size.width);
  asked->height = static_cast<int32_t>(stream.size.height);
  if (asked->rate <= 0) asked->rate = RATE_DEFAULT;
  device->shape = *asked;
  return device->allocate(stream.stream(), stream);
}

namespace {

template <typename Id, typename Value>
void set_known(ControlList &list, const ControlInfoMap &known, const Id &id, const Value &value) {
  if (known.find(&id) != known.end()) list.set(id, value);
}

ControlList controls_of(const Camera &unit, const struct lintel_camera_controls &asked, int32_t rate) {
  const ControlInfoMap &known = unit.controls();
  ControlList list(known);
  const int64_t duration = int64_t{1000000000} / rate;
  const std::array<int64_t, 2> limits = {duration, duration};
  set_known(list, known, controls::FrameDurationLimits, Span<const int64_t, 2>(limits));
  versions::expose(list, known, asked.exposure_us == 0, asked.gain_milli == 0);
  if (asked.exposure_us > 0) set_known(list, known, controls::ExposureTime, asked.exposure_us);
  if (asked.gain_milli > 0) set_known(list, known, controls::AnalogueGain, static_cast<float>(asked.gain_milli) / 1000);
  set_known(list, known, controls::ExposureValue, static_cast<float>(asked.bias_milli) / 1000);
  set_known(list, known, controls::AwbEnable, asked.white_kelvin == 0);
  if (asked.white_kelvin > 0) set_known(list, known, controls::ColourTemperature, asked.white_kelvin);
  set_known(list, known, controls::AfMode, static_cast<int32_t>(controls::AfModeContinuous));
  return list;
}

}  // namespace

int device_control(struct device *device, const struct lintel_camera_controls *asked) {
  std::lock_guard<std::mutex> hold(device->lock);
  device->rate = asked->rate > 0 ? asked->rate : device->shape.rate;
  device->wanted = controls_of(*device->unit, *asked, device->rate);
  device->changed.notify_all();
  return LINTEL_CAMERA_OK;
}

/* With the lock held. */
int device::queue(Slot &slot) {
  if (!wanted.empty()) {
    slot.request->controls().merge(wanted);
    wanted.clear();
  }
  return unit->queueRequest(slot.request.get());
}

/*
 * Gives buffers back to the camera no faster than it is to make frames: some pipelines fill a buffer at once, thousands
 * in a second. A little faster than the rate, so that a sensor with its own clock never waits for a buffer.
 */
void device::pace() {
  std::unique_lock<std::mutex> hold(lock);
  int64_t last = camera_now_ns();
  while (running) {
    int64_t wait = last + NANOS * 750 / rate - camera_now_ns();
    if (idle.empty()) {
      changed.wait(hold);
    } else if (wait > 0) {
      changed.wait_for(hold, std::chrono::nanoseconds(wait));
    } else {
      Slot *slot = idle.front();
      idle.pop_front();
      last = camera_now_ns();
      slot->request->reuse(Request::ReuseBuffers);
      int failed = queue(*slot);
      if (failed == 0) continue;
      hold.unlock();
      camera_fail(camera, code_of(failed), "a buffer was refused");
      return;
    }
  }
}

void device::completed(Request *request) {
  if (request->status() == Request::RequestCancelled) return;
  Slot &slot = slots[request->cookie()];
  const FrameMetadata &frame = slot.buffer->metadata();
  const auto &metadata = request->metadata();
  struct raw &raw = slot.raw;
  raw.sequence = frame.sequence;
  raw.ready_ns = camera_now_ns();
  auto sensor = metadata.get(controls::SensorTimestamp);
  raw.sensor_ns = sensor ? *sensor : static_cast<int64_t>(frame.timestamp);
  /* Some drivers stamp by the clock that goes on while the machine sleeps: that is ahead of ours. */
  if (raw.sensor_ns > raw.ready_ns) {
    struct timespec boot;
    clock_gettime(CLOCK_BOOTTIME, &boot);
    raw.sensor_ns -= boot.tv_sec * NANOS + boot.tv_nsec - raw.ready_ns;
  }
  raw.exposure_us = metadata.get(controls::ExposureTime).value_or(0);
  raw.gain_milli = static_cast<int32_t>(metadata.get(controls::AnalogueGain).value_or(0) * 1000);
  auto planes = frame.planes();
  size_t used = planes.empty() ? 0 : planes[0].bytesused;
  raw.used = shape.format == FORMAT_MJPEG ? std::min(used, raw.bytes[0]) : 0;
  bool whole = frame.status == FrameMetadata::FrameSuccess && (shape.format != FORMAT_MJPEG || raw.used > 0);
  if (whole) camera_deliver(camera, &raw);
  else device_recycle(this, &raw);
}

int device_start(struct device *device) {
  {
    std::lock_guard<std::mutex> hold(device->lock);
    device->rate = device->shape.rate;
    device->running = true;
    device->idle.clear();
    device->wanted = ControlList();
  }
  struct lintel_camera_controls automatic = {};
  ControlList first = controls_of(*device->unit, automatic, device->rate);
  int failed = device->unit->start(&first);
  if (failed != 0) {
    device->running = false;
    return says(device->camera, "start", failed);
  }
  for (Slot &slot : device->slots) {
    slot.request->reuse(Request::ReuseBuffers);
    if (failed == 0) failed = device->unit->queueRequest(slot.request.get());
  }
  device->pacer = std::thread(&device::pace, device);
  return failed == 0 ? LINTEL_CAMERA_OK : says(device->camera, "a buffer", failed);
}

void device_recycle(struct device *device, struct raw *raw) {
  std::lock_guard<std::mutex> hold(device->lock);
  for (Slot &slot : device->slots)
    if (&slot.raw == raw) device->idle.push_back(&slot);
  device->changed.notify_all();
}

/* Of memory that the sensor writes past the processor's cache. Other memory refuses it, and needs nothing. */
void device_access(struct device *device, struct raw *raw, int begin) {
  for (const Slot &slot : device->slots) {
    if (&slot.raw != raw) continue;
    struct dma_buf_sync sync = {};
    sync.flags = (begin ? DMA_BUF_SYNC_START : DMA_BUF_SYNC_END) | DMA_BUF_SYNC_RW;
    for (const FrameBuffer::Plane &plane : slot.buffer->planes()) ioctl(plane.fd.get(), DMA_BUF_IOCTL_SYNC, &sync);
  }
}

void device_poke(struct device *device) {
  static_cast<void>(device);
}

int device_stop(struct device *device) {
  {
    std::lock_guard<std::mutex> hold(device->lock);
    device->running = false;
    device->changed.notify_all();
  }
  if (device->pacer.joinable()) device->pacer.join();
  int failed = device->unit->stop();
  for (auto &[file, mapping] : device->mappings) camera_wipe(mapping.memory, mapping.bytes);
  return failed == 0 ? LINTEL_CAMERA_OK : says(device->camera, "stop", failed);
}

void device_close(struct device *device) {
  device->forget_buffers();
  device->configuration.reset();
  device->unit->requestCompleted.disconnect();
  device->unit->disconnected.disconnect();
  device->unit->release();
  device->unit.reset();
  delete device;
  manager_let();
}
