/*
 * Gives buffers back to the camera no faster than it is to make frames: some pipelines fill a buffer at once, thousands
 * in a second.
 */
#ifndef LINTEL_CAMERA_PACER_HPP
#define LINTEL_CAMERA_PACER_HPP

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include <libcamera/libcamera.h>

#include "buffers.hpp"

class Pacer {
 public:
  Pacer(struct camera *of_camera, libcamera::Camera &of_unit) : camera(of_camera), unit(of_unit) {}
  /* From now on, with nothing idle. `rate` in frames in a thousand seconds. */
  void start(int32_t rate);
  /* A slot that may be filled again. */
  void add(Slot *slot);
  /* Controls that the next request carries, and the rate from then on. */
  void want(const libcamera::ControlList &controls, int32_t rate);
  /* Nothing is given to the camera any more once it has returned. */
  void stop();

 private:
  void run();
  int queue(Slot &slot);
  int64_t pause_ns() const;

  struct camera *camera;
  libcamera::Camera &unit;
  std::mutex lock;
  std::condition_variable changed;
  std::thread thread;
  std::deque<Slot *> idle;
  libcamera::ControlList wanted;
  /* What the camera was told: it is not told again, since each word takes a USB camera milliseconds. */
  libcamera::ControlList told;
  int32_t rate = 0;
  int32_t full_rate = 0;
  bool running = false;
};

#endif
