/* The one clock of the shim. */
#include "moment.h"

#include <errno.h>
#include <time.h>

#include "device.h"

#define NANOS 1000000000

int64_t camera_now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * NANOS + now.tv_nsec;
}

void moment_condition(pthread_cond_t *condition) {
  pthread_condattr_t by_monotonic;
  pthread_condattr_init(&by_monotonic);
  pthread_condattr_setclock(&by_monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(condition, &by_monotonic);
  pthread_condattr_destroy(&by_monotonic);
}

int64_t moment_after_ms(int wait_ms) {
  return camera_now_ns() + (int64_t)(wait_ms < 0 ? 0 : wait_ms) * 1000000;
}

int moment_wait(pthread_cond_t *condition, pthread_mutex_t *lock, int64_t until_ns) {
  struct timespec until = {.tv_sec = until_ns / NANOS, .tv_nsec = until_ns % NANOS};
  return pthread_cond_timedwait(condition, lock, &until) != ETIMEDOUT;
}
