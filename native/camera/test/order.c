/*
 * In which order the shim calls a device, shown by one that stands still wherever it is told to. No sanitizer finds by
 * chance what is arranged here. Says what was broken and ends with 1, or says `ok`.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "lintel_camera.h"

#define WAIT_MS 5000
#define BYTES (64 * 48 * 3)
#define EXPECT(true_thing) \
  do { \
    if (!(true_thing)) { \
      fprintf(stderr, "order.c:%d: not so: %s\n", __LINE__, #true_thing); \
      exit(1); \
    } \
  } while (0)

/* A place at which a call stands still for as long as it is shut. */
struct gate {
  int shut;
  int reached;
};

struct device {
  struct camera *camera;
  struct raw raw;
  struct raw other;
  uint8_t pixels[BYTES];
  uint8_t other_pixels[BYTES];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct gate starting, reading, stopping;
/* What the device counts, by the lock. */
static int fails_to_start, stops, recycled, other_recycled, inside, pokes;
static struct device only;

static void pass(struct gate *gate) {
  pthread_mutex_lock(&lock);
  gate->reached = 1;
  pthread_cond_broadcast(&changed);
  while (gate->shut) pthread_cond_wait(&changed, &lock);
  gate->reached = 0;
  pthread_mutex_unlock(&lock);
}

static void set(struct gate *gate, int shut) {
  pthread_mutex_lock(&lock);
  gate->shut = shut;
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&lock);
}

static void await(const struct gate *gate) {
  pthread_mutex_lock(&lock);
  while (!gate->reached) pthread_cond_wait(&changed, &lock);
  pthread_mutex_unlock(&lock);
}

static int stands_at(const struct gate *gate) {
  pthread_mutex_lock(&lock);
  int reached = gate->reached;
  pthread_mutex_unlock(&lock);
  return reached;
}

static int count(int *number, int change) {
  pthread_mutex_lock(&lock);
  int now = *number += change;
  pthread_mutex_unlock(&lock);
  return now;
}

static int is_overwritten(const uint8_t *pixels) {
  for (size_t i = 0; i < BYTES; i++)
    if (pixels[i] != 0) return 0;
  return 1;
}

const char *device_library(void) {
  return "order";
}

int device_list(struct camera *camera, char *text, size_t bytes) {
  (void)camera;
  snprintf(text, bytes, "%s", "");
  return LINTEL_CAMERA_OK;
}

int device_open(struct camera *camera, const char *id, struct device **device) {
  (void)id;
  memset(&only, 0, sizeof only);
  only.camera = camera;
  *device = &only;
  return LINTEL_CAMERA_OK;
}

int device_configure(struct device *device, struct lintel_camera_shape *shape) {
  shape->format = FORMAT_RGB;
  shape->width = 64;
  shape->height = 48;
  shape->rate = 1000;
  device->raw.plane[0] = device->pixels;
  device->raw.bytes[0] = BYTES;
  device->raw.stride[0] = 64 * 3;
  return LINTEL_CAMERA_OK;
}

/* Delivers a frame at once, as libcamera may while the other requests are still being queued. */
int device_start(struct device *device) {
  memset(device->pixels, 7, BYTES);
  camera_deliver(device->camera, &device->raw);
  pass(&starting);
  return count(&fails_to_start, 0) ? camera_says(device->camera, LINTEL_CAMERA_SYSTEM, "a buffer") : LINTEL_CAMERA_OK;
}

void device_recycle(struct device *device, struct raw *raw) {
  EXPECT(raw == &device->raw || raw == &device->other);
  EXPECT(is_overwritten(raw->plane[0]));
  count(raw == &device->raw ? &recycled : &other_recycled, 1);
}

void device_access(struct device *device, struct raw *raw, int begin) {
  (void)device;
  (void)raw;
  EXPECT(!stands_at(&stopping));
  count(&inside, begin ? 1 : -1);
  if (begin) pass(&reading);
}

void device_poke(struct device *device) {
  (void)device;
  count(&pokes, 1);
}

int device_control(struct device *device, const struct lintel_camera_controls *controls) {
  (void)device;
  (void)controls;
  return LINTEL_CAMERA_OK;
}

void device_stop(struct device *device) {
  (void)device;
  EXPECT(count(&inside, 0) == 0);
  count(&stops, 1);
  pass(&stopping);
}

void device_close(struct device *device) {
  (void)device;
  EXPECT(count(&inside, 0) == 0 && is_overwritten(only.pixels) && is_overwritten(only.other_pixels));
}

static int opened(void) {
  stops = recycled = other_recycled = pokes = 0;
  struct lintel_camera_shape shape;
  memset(&shape, 0, sizeof shape);
  int camera = lintel_camera_open("");
  EXPECT(camera >= 0 && lintel_camera_settle(camera, WAIT_MS) == LINTEL_CAMERA_OK);
  EXPECT(lintel_camera_configure(camera, &shape) == LINTEL_CAMERA_OK);
  EXPECT(lintel_camera_settle(camera, WAIT_MS) == LINTEL_CAMERA_OK);
  return camera;
}

static int started(void) {
  int camera = opened();
  EXPECT(lintel_camera_start(camera) == LINTEL_CAMERA_OK && lintel_camera_settle(camera, WAIT_MS) == LINTEL_CAMERA_OK);
  return camera;
}

static void end(int camera) {
  EXPECT(lintel_camera_close(camera) == LINTEL_CAMERA_OK);
  EXPECT(lintel_camera_settle(camera, WAIT_MS) == LINTEL_CAMERA_OK);
}

static uint8_t rgb[BYTES];

static void frame_comes_back_while_the_device_stops(void) {
  int camera = started();
  struct lintel_camera_frame frame;
  EXPECT(lintel_camera_take(camera, WAIT_MS, rgb, BYTES, &frame) == LINTEL_CAMERA_OK && rgb[0] == 7);
  set(&stopping, 1);
  EXPECT(lintel_camera_close(camera) == LINTEL_CAMERA_OK);
  await(&stopping);
  EXPECT(lintel_camera_give_back(camera, frame.lease) == LINTEL_CAMERA_MISUSED);
  EXPECT(lintel_camera_take(camera, 0, rgb, BYTES, &frame) == LINTEL_CAMERA_MISUSED);
  EXPECT(lintel_camera_settle(camera, 0) == LINTEL_CAMERA_PENDING);
  set(&stopping, 0);
  EXPECT(lintel_camera_settle(camera, WAIT_MS) == LINTEL_CAMERA_OK && recycled == 1);
}

static void *takes(void *argument) {
  struct lintel_camera_frame frame;
  EXPECT(lintel_camera_take(*(const int *)argument, WAIT_MS, rgb, BYTES, &frame) == LINTEL_CAMERA_OK);
  return NULL;
}

static void device_is_not_stopped_under_a_reader(void) {
  int camera = started();
  set(&reading, 1);
  pthread_t reader;
  EXPECT(pthread_create(&reader, NULL, takes, &camera) == 0);
  await(&reading);
  EXPECT(lintel_camera_stop(camera) == LINTEL_CAMERA_OK);
  EXPECT(lintel_camera_settle(camera, 20) == LINTEL_CAMERA_PENDING && count(&stops, 0) == 0);
  set(&reading, 0);
  EXPECT(lintel_camera_settle(camera, WAIT_MS) == LINTEL_CAMERA_OK && count(&stops, 0) == 1 && count(&recycled, 0) == 1);
  pthread_join(reader, NULL);
  end(camera);
}

static void nobody_reaches_a_device_that_starts(void) {
  int camera = opened();
  set(&starting, 1);
  EXPECT(lintel_camera_start(camera) == LINTEL_CAMERA_OK);
  await(&starting);
  struct lintel_camera_frame frame;
  struct lintel_camera_shape given;
  const struct lintel_camera_controls controls = {.bias_milli = 100};
  EXPECT(lintel_camera_take(camera, 0, rgb, BYTES, &frame) == LINTEL_CAMERA_MISUSED);
  EXPECT(lintel_camera_control(camera, &controls) == LINTEL_CAMERA_MISUSED);
  EXPECT(lintel_camera_given(camera, &given) == LINTEL_CAMERA_OK && given.width == 64);
  EXPECT(lintel_camera_configure(camera, &given) == LINTEL_CAMERA_PENDING);
  set(&starting, 0);
  EXPECT(lintel_camera_settle(camera, WAIT_MS) == LINTEL_CAMERA_OK);
  /* The frame that came before the start had ended. */
  EXPECT(lintel_camera_take(camera, 0, rgb, BYTES, &frame) == LINTEL_CAMERA_OK && count(&pokes, 0) == 0);
  end(camera);
}

static void frame_of_a_start_that_fails_is_overwritten(void) {
  int camera = opened();
  fails_to_start = 1;
  EXPECT(lintel_camera_start(camera) == LINTEL_CAMERA_OK);
  EXPECT(lintel_camera_settle(camera, WAIT_MS) == LINTEL_CAMERA_SYSTEM && recycled == 1 && stops == 0);
  struct lintel_camera_frame frame;
  EXPECT(lintel_camera_take(camera, 0, rgb, BYTES, &frame) == LINTEL_CAMERA_MISUSED);
  fails_to_start = 0;
  EXPECT(lintel_camera_start(camera) == LINTEL_CAMERA_OK && lintel_camera_settle(camera, WAIT_MS) == LINTEL_CAMERA_OK);
  EXPECT(lintel_camera_take(camera, 0, rgb, BYTES, &frame) == LINTEL_CAMERA_OK);
  end(camera);
}

/* Another frame, packed to half of its buffer; so far behind the first one. */
static void deliver_other(uint32_t behind) {
  only.other = only.raw;
  only.other.plane[0] = only.other_pixels;
  only.other.used = BYTES / 2;
  only.other.sequence = only.raw.sequence + behind;
  memset(only.other_pixels, 9, BYTES);
  camera_deliver(only.camera, &only.other);
}

static void frame_that_nobody_took_is_overwritten(void) {
  int camera = started();
  deliver_other(1);
  EXPECT(count(&recycled, 0) == 1 && count(&other_recycled, 0) == 0);
  end(camera);
  EXPECT(count(&other_recycled, 0) == 1);
}

/* Also where the count of frames begins anew after its largest number. */
static void frame_that_is_older_than_the_newest_is_not_handed_out(void) {
  int camera = started();
  deliver_other(UINT32_MAX);
  EXPECT(count(&other_recycled, 0) == 1);
  struct lintel_camera_frame frame;
  EXPECT(lintel_camera_take(camera, 0, rgb, BYTES, &frame) == LINTEL_CAMERA_OK);
  EXPECT(frame.sequence == only.raw.sequence && frame.replaced == 1);
  end(camera);
}

int main(void) {
  frame_comes_back_while_the_device_stops();
  device_is_not_stopped_under_a_reader();
  nobody_reaches_a_device_that_starts();
  frame_of_a_start_that_fails_is_overwritten();
  frame_that_nobody_took_is_overwritten();
  frame_that_is_older_than_the_newest_is_not_handed_out();
  puts("ok");
  return 0;
}
