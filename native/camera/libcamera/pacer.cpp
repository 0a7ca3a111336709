/* The thread that gives buffers back to the camera at its rate. */
#include "pacer.hpp"

#include <chrono>

#include "errors.hpp"

using namespace libcamera;

namespace {

constexpr int64_t NANOS = 1000000000;
/* In thousandths of a period: a little less, so that a sensor with its own clock never waits for a buffer. */
constexpr int64_t PAUSE_MILLI = 750;
constexpr int64_t PERIOD_MILLI = 1000;

}  // namespace

void Pacer::start(int32_t at_rate) {
  {
    std::lock_guard<std::mutex> hold(lock);
    idle.clear();
    wanted = ControlList();
    told = ControlList();
    rate = full_rate = at_rate;
    running = true;
  }
  thread = std::thread(&Pacer::run, this);
}

void Pacer::add(Slot *slot) {
  std::lock_guard<std::mutex> hold(lock);
  idle.push_back(slot);
  changed.notify_all();
}

void Pacer::want(const ControlList &controls, int32_t at_rate) {
  std::lock_guard<std::mutex> hold(lock);
  wanted = controls;
  rate = at_rate;
  changed.notify_all();
}

void Pacer::stop() {
  {
    std::lock_guard<std::mutex> hold(lock);
    running = false;
    changed.notify_all();
  }
  if (thread.joinable()) thread.join();
}

/* With the lock held. */
int Pacer::queue(Slot &slot) {
  slot.request->reuse(Request::ReuseBuffers);
  for (const auto &[id, value] : wanted) {
    if (told.contains(id) && told.get(id) == value) continue;
    slot.request->controls().set(id, value);
    told.set(id, value);
  }
  wanted.clear();
  return unit.queueRequest(slot.request.get());
}

/* With the lock held. A camera that cannot be slowed down fills a buffer at once: the buffers alone make its rate. */
int64_t Pacer::pause_ns() const {
  bool slows_down = unit.controls().find(&controls::FrameDurationLimits) != unit.controls().end();
  return NANOS * (rate < full_rate && !slows_down ? PERIOD_MILLI : PAUSE_MILLI) / rate;
}

void Pacer::run() {
  std::unique_lock<std::mutex> hold(lock);
  int64_t last = camera_now_ns();
  while (running) {
    int64_t wait = last + pause_ns() - camera_now_ns();
    if (idle.empty()) {
      changed.wait(hold);
    } else if (wait > 0) {
      changed.wait_for(hold, std::chrono::nanoseconds(wait));
    } else {
      Slot *slot = idle.front();
      idle.pop_front();
      last = camera_now_ns();
      int failed = queue(*slot);
      if (failed == 0) continue;
      hold.unlock();
      camera_fail(camera, code_of(failed), "a buffer was refused");
      return;
    }
  }
}
