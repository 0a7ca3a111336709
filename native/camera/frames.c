/* How the newest frame comes from the device, is leased, and goes back overwritten. */
#include "frames.h"

#include <string.h>

#include "camera.h"
#include "meter.h"
#include "moment.h"
#include "table.h"

/* All of it: behind a picture that was packed small lies the rest of an earlier one. */
void camera_discard(struct camera *camera, struct raw *raw) {
  device_access(camera->device, raw, 1);
  for (int i = 0; i < RAW_PLANES_MAX; i++)
    if (raw->plane[i] != NULL) camera_wipe(raw->plane[i], raw->bytes[i]);
  device_access(camera->device, raw, 0);
  device_recycle(camera->device, raw);
}

static void recycle(struct camera *camera, struct raw *raw) {
  if (raw != NULL) camera_discard(camera, raw);
}

void camera_deliver(struct camera *camera, struct raw *raw) {
  struct frames *frames = &camera->frames;
  pthread_mutex_lock(&camera->lock);
  /* Behind a damaged picture of a USB camera libcamera hands over the ones that waited for it, which are older. */
  int late = frames->delivered && (int32_t)(raw->sequence - frames->sequence) < 0;
  struct raw *older = late ? raw : frames->newest;
  if (!late) {
    frames->newest = raw;
    frames->sequence = raw->sequence;
    frames->delivered = 1;
  }
  if (older != NULL) frames->replaced++;
  pthread_cond_broadcast(&camera->changed);
  pthread_mutex_unlock(&camera->lock);
  recycle(camera, older);
}

void camera_fail(struct camera *camera, int code, const char *why) {
  if (why != NULL) camera_says(camera, code, "%s", why);
  pthread_mutex_lock(&camera->lock);
  if (camera->frames.failure == LINTEL_CAMERA_OK) camera->frames.failure = code;
  pthread_cond_broadcast(&camera->changed);
  pthread_mutex_unlock(&camera->lock);
}

/* Of a device that delivers nothing any more, or never did. */
static void forget_newest(struct camera *camera) {
  pthread_mutex_lock(&camera->lock);
  struct raw *newest = camera->frames.newest;
  camera->frames.newest = NULL;
  pthread_mutex_unlock(&camera->lock);
  recycle(camera, newest);
}

int frames_begin(struct camera *camera) {
  struct frames *frames = &camera->frames;
  pthread_mutex_lock(&camera->lock);
  frames->failure = LINTEL_CAMERA_OK;
  frames->replaced = 0;
  frames->delivered = 0;
  memset(&camera->controls, 0, sizeof camera->controls);
  pthread_mutex_unlock(&camera->lock);
  int code = device_start(camera->device);
  if (code != LINTEL_CAMERA_OK) {
    forget_newest(camera);
    return code;
  }
  pthread_mutex_lock(&camera->lock);
  frames->running = 1;
  pthread_mutex_unlock(&camera->lock);
  return LINTEL_CAMERA_OK;
}

void frames_end(struct camera *camera) {
  struct frames *frames = &camera->frames;
  pthread_mutex_lock(&camera->lock);
  int was_running = frames->running;
  frames->running = 0;
  pthread_cond_broadcast(&camera->changed);
  while (frames->inside > 0) pthread_cond_wait(&camera->changed, &camera->lock);
  /* Taken away before the device stops: whoever gives it back meanwhile would write into memory that is gone. */
  struct raw *leased = frames->leased;
  frames->leased = NULL;
  pthread_mutex_unlock(&camera->lock);
  if (!was_running) return;
  device_stop(camera->device);
  forget_newest(camera);
  recycle(camera, leased);
  conversion_wipe(&camera->conversion);
}

void frames_leave(struct camera *camera) {
  pthread_mutex_lock(&camera->lock);
  camera->frames.inside--;
  pthread_cond_broadcast(&camera->changed);
  pthread_mutex_unlock(&camera->lock);
}

/* What is known of a frame besides its pixels. */
static void describe(struct camera *camera, const struct raw *raw, struct lintel_camera_frame *frame) {
  int64_t now = camera_now_ns();
  int64_t sensor = raw->sensor_ns == 0 ? now : raw->sensor_ns;
  int64_t ready = raw->ready_ns == 0 ? now : raw->ready_ns;
  frame->sensor_ns = sensor;
  frame->sensor_age_ns = now > sensor ? now - sensor : 0;
  frame->ready_age_ns = now > ready ? now - ready : 0;
  frame->sequence = raw->sequence;
  frame->width = camera->conversion.shape.out_width;
  frame->height = camera->conversion.shape.out_height;
  frame->exposure_us = raw->exposure_us;
  frame->gain_milli = raw->gain_milli;
}

/* Without the lock: the frame is leased, and `inside` keeps it. */
static int read_frame(struct camera *camera, struct raw *raw, const struct lintel_camera_controls *controls,
                      uint8_t *rgb, struct lintel_camera_frame *frame) {
  device_access(camera->device, raw, 1);
  int code = convert(&camera->conversion, raw, rgb);
  device_access(camera->device, raw, 0);
  if (code != LINTEL_CAMERA_OK) return camera_says(camera, code, "frame %u", raw->sequence);
  const struct lintel_camera_shape *shape = &camera->conversion.shape;
  frame->metered_milli = metered_milli(rgb, shape->out_width, shape->out_height, controls);
  return LINTEL_CAMERA_OK;
}

/* With the lock held. */
static int may_take(const struct camera *camera, const uint8_t *rgb, int64_t bytes) {
  int64_t wanted = (int64_t)camera->shape.out_width * camera->shape.out_height * 3;
  if (!camera->frames.running || (rgb != NULL && bytes != wanted)) return LINTEL_CAMERA_MISUSED;
  return camera->frames.leased != NULL || camera->frames.taking ? LINTEL_CAMERA_LIMIT : LINTEL_CAMERA_OK;
}

/* Waits, with the lock held, until there is a frame. `inside` counts this call, so that nobody stops the device meanwhile. */
static int await_frame(struct camera *camera, int wait_ms) {
  const struct frames *frames = &camera->frames;
  if (frames->newest == NULL && frames->failure == LINTEL_CAMERA_OK) {
    pthread_mutex_unlock(&camera->lock);
    device_poke(camera->device);
    pthread_mutex_lock(&camera->lock);
  }
  int64_t until = moment_after_ms(wait_ms);
  int in_time = 1;
  while (frames->newest == NULL && frames->failure == LINTEL_CAMERA_OK && frames->running && in_time)
    in_time = moment_wait(&camera->changed, &camera->lock, until);
  if (frames->newest != NULL) return LINTEL_CAMERA_OK;
  return frames->failure != LINTEL_CAMERA_OK ? frames->failure : LINTEL_CAMERA_NO_FRAME;
}

/* What nobody will give back: it was passed over, or cannot be read. */
static void give_up(struct camera *camera, uint8_t *rgb, int64_t bytes) {
  pthread_mutex_lock(&camera->lock);
  struct raw *raw = camera->frames.leased;
  camera->frames.leased = NULL;
  pthread_mutex_unlock(&camera->lock);
  recycle(camera, raw);
  conversion_wipe(&camera->conversion);
  if (rgb != NULL) camera_wipe(rgb, (size_t)bytes);
}

/* With the lock held, which is let go while the frame is waited for and read. */
static int take(struct camera *camera, int wait_ms, uint8_t *rgb, int64_t bytes, struct lintel_camera_frame *frame) {
  struct frames *frames = &camera->frames;
  int code = await_frame(camera, wait_ms);
  if (code != LINTEL_CAMERA_OK) return code;
  struct raw *raw = frames->leased = frames->newest;
  frames->newest = NULL;
  memset(frame, 0, sizeof *frame);
  frame->metered_milli = -1;
  frame->lease = ++frames->lease;
  frame->replaced = frames->replaced;
  const struct lintel_camera_controls controls = camera->controls;
  pthread_mutex_unlock(&camera->lock);
  if (rgb != NULL) code = read_frame(camera, raw, &controls, rgb, frame);
  describe(camera, raw, frame);
  if (rgb == NULL || code != LINTEL_CAMERA_OK) give_up(camera, rgb, bytes);
  pthread_mutex_lock(&camera->lock);
  return code;
}

int lintel_camera_take(int handle, int wait_ms, uint8_t *rgb, int64_t bytes, struct lintel_camera_frame *frame) {
  struct camera *camera = frame == NULL ? NULL : table_hold(handle);
  if (camera == NULL) return LINTEL_CAMERA_MISUSED;
  if (bytes == 0) rgb = NULL;
  pthread_mutex_lock(&camera->lock);
  int code = may_take(camera, rgb, bytes);
  if (code == LINTEL_CAMERA_OK) {
    camera->frames.inside++;
    camera->frames.taking = 1;
    code = take(camera, wait_ms, rgb, bytes, frame);
    camera->frames.taking = 0;
    camera->frames.inside--;
    pthread_cond_broadcast(&camera->changed);
  }
  pthread_mutex_unlock(&camera->lock);
  table_let(camera);
  return code;
}

int lintel_camera_give_back(int handle, int lease) {
  struct camera *camera = table_hold(handle);
  if (camera == NULL) return LINTEL_CAMERA_MISUSED;
  struct frames *frames = &camera->frames;
  pthread_mutex_lock(&camera->lock);
  struct raw *raw = frames->lease == lease && !frames->taking ? frames->leased : NULL;
  if (raw != NULL) {
    frames->leased = NULL;
    frames->inside++;
  }
  pthread_mutex_unlock(&camera->lock);
  if (raw != NULL) {
    recycle(camera, raw);
    conversion_wipe(&camera->conversion);
    frames_leave(camera);
  }
  table_let(camera);
  return raw == NULL ? LINTEL_CAMERA_MISUSED : LINTEL_CAMERA_OK;
}
