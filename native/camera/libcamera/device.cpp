/* The form over libcamera, which has no interface in C. What the versions of it differ in is in versions.hpp. */
#include <time.h>

#include <algorithm>
#include <string>

#include "../device.h"
#include "buffers.hpp"
#include "controls.hpp"
#include "errors.hpp"
#include "formats.hpp"
#include "manager.hpp"
#include "pacer.hpp"
#include "versions.hpp"

using namespace libcamera;

namespace {

/* Two that the sensor fills, the newest and the leased one. */
constexpr unsigned int BUFFERS = 4;
constexpr int RATE_DEFAULT = 30000;
constexpr int64_t NANOS = 1000000000;

}  // namespace

struct device {
  device(struct camera *of_camera, const std::shared_ptr<Camera> &of_unit)
      : camera(of_camera), unit(of_unit), pacer(of_camera, *of_unit) {}

  struct camera *camera;
  std::shared_ptr<Camera> unit;
  std::unique_ptr<CameraConfiguration> configuration;
  struct lintel_camera_shape shape = {};
  Buffers buffers;
  Pacer pacer;

  void completed(Request *request);
  void disconnected() { camera_fail(camera, LINTEL_CAMERA_GONE, "unplugged"); }
};

int device_open(struct camera *camera, const char *id, struct device **opened) {
  int failed = manager_take();
  if (failed != 0) return says(camera, "camera manager", failed);
  std::shared_ptr<Camera> unit;
  int code = manager_acquire(camera, id, unit);
  if (code != LINTEL_CAMERA_OK) {
    unit.reset();
    manager_let();
    return code;
  }
  auto *device = new struct device(camera, unit);
  unit->requestCompleted.connect(device, &device::completed);
  unit->disconnected.connect(device, &device::disconnected);
  *opened = device;
  return LINTEL_CAMERA_OK;
}

int device_configure(struct device *device, struct lintel_camera_shape *asked) {
  device->buffers.free();
  device->configuration = versions::generate(*device->unit);
  if (device->configuration == nullptr || device->configuration->empty())
    return camera_says(device->camera, LINTEL_CAMERA_FORMAT, "no stream to look at");
  StreamConfiguration &stream = device->configuration->at(0);
  uint32_t format = choose_format(stream, asked->format);
  if (format == 0) return camera_says(device->camera, LINTEL_CAMERA_FORMAT, "%s alone", stream.pixelFormat.toString().c_str());
  stream.pixelFormat = format_of(format);
  if (asked->width < 0 || asked->height < 0) return camera_says(device->camera, LINTEL_CAMERA_FORMAT, "a negative size");
  if (asked->width > 0) stream.size = Size(static_cast<unsigned>(asked->width), static_cast<unsigned>(asked->height));
  stream.bufferCount = BUFFERS;
  Size wished = stream.size;
  versions::upright(*device->configuration);
  /* A mode that it has not is changed to one that it has. What is refused altogether was not even tried. */
  if (device->configuration->validate() == CameraConfiguration::Invalid)
    return camera_says(device->camera, LINTEL_CAMERA_SYSTEM, "%s was refused", wished.toString().c_str());
  if (stream.pixelFormat != format_of(format))
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
  return device->buffers.allocate(device->camera, device->unit, stream, format);
}

int device_control(struct device *device, const struct lintel_camera_controls *asked) {
  int32_t rate = asked->rate > 0 ? asked->rate : device->shape.rate;
  device->pacer.want(controls_of(*device->unit, *asked, rate), rate);
  return LINTEL_CAMERA_OK;
}

namespace {

/*
 * When the sensor began with a frame. Some drivers stamp by the clock that goes on while the machine sleeps: that is
 * ahead of ours.
 */
int64_t sensor_moment(const ControlList &metadata, const FrameMetadata &frame, int64_t now) {
  auto sensor = metadata.get(controls::SensorTimestamp);
  int64_t moment = sensor ? *sensor : static_cast<int64_t>(frame.timestamp);
  if (moment <= now) return moment;
  struct timespec boot;
  clock_gettime(CLOCK_BOOTTIME, &boot);
  return moment - (boot.tv_sec * NANOS + boot.tv_nsec - now);
}

}  // namespace

/* On libcamera's thread. */
void device::completed(Request *request) {
  Slot &slot = buffers.slots[request->cookie()];
  const FrameMetadata &frame = slot.buffer->metadata();
  const auto &metadata = request->metadata();
  struct raw &raw = slot.raw;
  raw.sequence = frame.sequence;
  raw.ready_ns = camera_now_ns();
  raw.sensor_ns = sensor_moment(metadata, frame, raw.ready_ns);
  raw.exposure_us = metadata.get(controls::ExposureTime).value_or(0);
  raw.gain_milli = static_cast<int32_t>(metadata.get(controls::AnalogueGain).value_or(0) * 1000);
  auto planes = frame.planes();
  size_t used = planes.empty() ? 0 : planes[0].bytesused;
  raw.used = shape.format == FORMAT_MJPEG ? std::min(used, raw.bytes[0]) : 0;
  /* What was cancelled while the camera runs goes back to it too: it would have one buffer less from then on. */
  bool whole = request->status() == Request::RequestComplete && frame.status == FrameMetadata::FrameSuccess &&
               (shape.format != FORMAT_MJPEG || raw.used > 0);
  if (whole) camera_deliver(camera, &raw);
  else camera_discard(camera, &raw);
}

int device_start(struct device *device) {
  struct lintel_camera_controls automatic = {};
  ControlList first = controls_of(*device->unit, automatic, device->shape.rate);
  /* Before the camera, whose first frames may come back while others are still being given to it. */
  device->pacer.start(device->shape.rate);
  int failed = device->unit->start(&first);
  for (Slot &slot : device->buffers.slots) {
    if (failed != 0) break;
    slot.request->reuse(Request::ReuseBuffers);
    failed = device->unit->queueRequest(slot.request.get());
  }
  if (failed == 0) return LINTEL_CAMERA_OK;
  device_stop(device);
  return says(device->camera, "start", failed);
}

void device_recycle(struct device *device, struct raw *raw) {
  Slot *slot = device->buffers.of(raw);
  if (slot != nullptr) device->pacer.add(slot);
}

void device_access(struct device *device, struct raw *raw, int begin) {
  Slot *slot = device->buffers.of(raw);
  if (slot != nullptr) access_buffer(*slot->buffer, begin);
}

void device_poke(struct device *device) {
  static_cast<void>(device);
}

void device_stop(struct device *device) {
  device->pacer.stop();
  device->unit->stop();
  device->buffers.wipe();
}

void device_close(struct device *device) {
  device->unit->requestCompleted.disconnect();
  device->unit->disconnected.disconnect();
  /*
   * Before the requests and their buffers go: stopping a camera that was unplugged does nothing, and they may be with it
   * until now. Later versions wait for libcamera's thread here, which is in no signal of this camera then.
   */
  device->unit->release();
  delete device;
  manager_let();
}
