/* What both forms share: handles, the thread of each camera, the newest frame, the lease. */
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "convert.h"
#include "device.h"

#define LIST_BYTES_MAX 65536
#define METERED_PIXELS 4096

enum command { COMMAND_NONE, COMMAND_LIST, COMMAND_OPEN, COMMAND_CONFIGURE, COMMAND_START, COMMAND_STOP, COMMAND_CLOSE };

struct camera {
  int handle;
  char id[LINTEL_CAMERA_ID_BYTES_MAX];
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  /* What the thread does now, and how the last thing went. */
  enum command command;
  int settled;
  int closed;
  /* A close that came while something else was being done. */
  int close_wanted;
  struct device *device;
  struct lintel_camera_shape shape;
  int configured;
  int running;
  int failure;
  struct conversion conversion;
  struct raw *newest;
  struct raw *leased;
  int lease;
  /* Calls that are in the device or in its frames at this moment: nobody stops it meanwhile. One of them may take. */
  int inside;
  int taking;
  /* Calls that have this memory in their hands, by the table's lock. */
  int held;
  uint32_t replaced;
  struct lintel_camera_controls controls;
  char *list;
  char says[LINTEL_CAMERA_TEXT_BYTES_MAX];
};

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static struct camera *table[LINTEL_CAMERAS_OPEN_MAX];
static pthread_cond_t let_go = PTHREAD_COND_INITIALIZER;
static int handles_given;

int64_t camera_now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void camera_wipe(void *memory, size_t bytes) {
  explicit_bzero(memory, bytes);
}

int camera_says(struct camera *camera, int code, const char *format, ...) {
  va_list list;
  va_start(list, format);
  pthread_mutex_lock(&camera->lock);
  vsnprintf(camera->says, sizeof camera->says, format, list);
  pthread_mutex_unlock(&camera->lock);
  va_end(list);
  return code;
}

/* Handles grow, so that an old one never means another camera; the low part is the place in the table. */
static struct camera *hold(int handle) {
  struct camera *camera = NULL;
  pthread_mutex_lock(&table_lock);
  if (handle >= 0) {
    int place = handle % LINTEL_CAMERAS_OPEN_MAX;
    if (table[place] != NULL && table[place]->handle == handle) {
      camera = table[place];
      camera->held++;
    }
  }
  pthread_mutex_unlock(&table_lock);
  return camera;
}

static void let(struct camera *camera) {
  pthread_mutex_lock(&table_lock);
  camera->held--;
  pthread_cond_broadcast(&let_go);
  pthread_mutex_unlock(&table_lock);
}

/* Overwrites a frame that may show somebody, and lets the device have it again. */
static void recycle(struct camera *camera, struct raw *raw) {
  if (raw == NULL) return;
  device_access(camera->device, raw, 1);
  for (int i = 0; i < RAW_PLANES_MAX; i++)
    if (raw->plane[i] != NULL) camera_wipe(raw->plane[i], raw->used > 0 ? raw->used : raw->bytes[i]);
  device_access(camera->device, raw, 0);
  device_recycle(camera->device, raw);
}

void camera_deliver(struct camera *camera, struct raw *raw) {
  pthread_mutex_lock(&camera->lock);
  struct raw *older = camera->newest;
  camera->newest = raw;
  if (older != NULL) camera->replaced++;
  pthread_cond_broadcast(&camera->changed);
  pthread_mutex_unlock(&camera->lock);
  if (older != NULL) device_recycle(camera->device, older);
}

void camera_fail(struct camera *camera, int code, const char *why) {
  if (why != NULL) camera_says(camera, code, "%s", why);
  pthread_mutex_lock(&camera->lock);
  if (camera->failure == LINTEL_CAMERA_OK) camera->failure = code;
  pthread_cond_broadcast(&camera->changed);
  pthread_mutex_unlock(&camera->lock);
}

static void end_frames(struct camera *camera) {
  pthread_mutex_lock(&camera->lock);
  int was_running = camera->running;
  camera->running = 0;
  pthread_cond_broadcast(&camera->changed);
  while (camera->inside) pthread_cond_wait(&camera->changed, &camera->lock);
  /* Taken away before the device stops: whoever gives it back meanwhile would write into memory that is gone. */
  struct raw *leased = camera->leased;
  camera->leased = NULL;
  pthread_mutex_unlock(&camera->lock);
  if (!was_running) return;
  device_stop(camera->device);
  /* Nothing is delivered any more. */
  pthread_mutex_lock(&camera->lock);
  struct raw *newest = camera->newest;
  camera->newest = NULL;
  pthread_mutex_unlock(&camera->lock);
  recycle(camera, newest);
  recycle(camera, leased);
  conversion_wipe(&camera->conversion);
}

static int do_configure(struct camera *camera) {
  struct lintel_camera_shape shape = camera->shape;
  conversion_close(&camera->conversion);
  camera->configured = 0;
  int code = device_configure(camera->device, &shape);
  if (code != LINTEL_CAMERA_OK) return code;
  code = conversion_shape(&shape);
  if (code != LINTEL_CAMERA_OK)
    return camera_says(camera, code, "zone %dx%d at %d,%d turned by %d in a picture of %dx%d", shape.zone_width,
                       shape.zone_height, shape.zone_x, shape.zone_y, shape.rotation, shape.width, shape.height);
  code = conversion_open(&camera->conversion, &shape);
  if (code != LINTEL_CAMERA_OK) return camera_says(camera, code, "no memory for a picture");
  pthread_mutex_lock(&camera->lock);
  camera->shape = shape;
  camera->configured = 1;
  pthread_mutex_unlock(&camera->lock);
  return LINTEL_CAMERA_OK;
}

static int do_start(struct camera *camera) {
  pthread_mutex_lock(&camera->lock);
  camera->failure = LINTEL_CAMERA_OK;
  memset(&camera->controls, 0, sizeof camera->controls);
  camera->replaced = 0;
  camera->running = 1;
  pthread_mutex_unlock(&camera->lock);
  int code = device_start(camera->device);
  if (code != LINTEL_CAMERA_OK) end_frames(camera);
  return code;
}

static int perform(struct camera *camera, enum command command) {
  switch (command) {
    case COMMAND_LIST:
      return device_list(camera, camera->list, LIST_BYTES_MAX);
    case COMMAND_OPEN:
      return device_open(camera, camera->id, &camera->device);
    case COMMAND_CONFIGURE:
      return do_configure(camera);
    case COMMAND_START:
      return do_start(camera);
    case COMMAND_STOP:
      end_frames(camera);
      return LINTEL_CAMERA_OK;
    case COMMAND_CLOSE:
      if (camera->device != NULL) {
        end_frames(camera);
        device_close(camera->device);
        camera->device = NULL;
      }
      conversion_close(&camera->conversion);
      return LINTEL_CAMERA_OK;
    case COMMAND_NONE:
      break;
  }
  return LINTEL_CAMERA_MISUSED;
}

static void *work(void *argument) {
  struct camera *camera = argument;
  pthread_mutex_lock(&camera->lock);
  while (!camera->closed) {
    while (camera->command == COMMAND_NONE) pthread_cond_wait(&camera->changed, &camera->lock);
    enum command command = camera->command;
    pthread_mutex_unlock(&camera->lock);
    int code = perform(camera, command);
    pthread_mutex_lock(&camera->lock);
    camera->settled = code;
    camera->closed = command == COMMAND_CLOSE;
    camera->command = camera->close_wanted && !camera->closed ? COMMAND_CLOSE : COMMAND_NONE;
    pthread_cond_broadcast(&camera->changed);
  }
  pthread_mutex_unlock(&camera->lock);
  return NULL;
}

static void destroy(struct camera *camera) {
  pthread_cond_destroy(&camera->changed);
  pthread_mutex_destroy(&camera->lock);
  free(camera->list);
  free(camera);
}

static struct camera *create(const char *id, enum command first) {
  struct camera *camera = calloc(1, sizeof *camera);
  if (camera == NULL) return NULL;
  snprintf(camera->id, sizeof camera->id, "%s", id);
  camera->command = first;
  if (first == COMMAND_LIST) camera->list = calloc(1, LIST_BYTES_MAX);
  pthread_mutex_init(&camera->lock, NULL);
  pthread_condattr_t by_monotonic;
  pthread_condattr_init(&by_monotonic);
  pthread_condattr_setclock(&by_monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&camera->changed, &by_monotonic);
  pthread_condattr_destroy(&by_monotonic);
  if (first == COMMAND_LIST && camera->list == NULL) {
    destroy(camera);
    return NULL;
  }
  return camera;
}

/* BUSY where another handle has the camera, STUCK where that one is being closed and does not come back. */
static int taken_by_other(const char *id) {
  for (int i = 0; i < LINTEL_CAMERAS_OPEN_MAX; i++) {
    struct camera *other = table[i];
    if (other == NULL || other->list != NULL || strcmp(other->id, id) != 0) continue;
    pthread_mutex_lock(&other->lock);
    int stuck = other->close_wanted;
    pthread_mutex_unlock(&other->lock);
    return stuck ? LINTEL_CAMERA_STUCK : LINTEL_CAMERA_BUSY;
  }
  return LINTEL_CAMERA_OK;
}

/* Of a camera that is closed: its thread has ended or ends now. */
static void forget(struct camera *camera) {
  pthread_mutex_lock(&table_lock);
  table[camera->handle % LINTEL_CAMERAS_OPEN_MAX] = NULL;
  while (camera->held > 0) pthread_cond_wait(&let_go, &table_lock);
  pthread_mutex_unlock(&table_lock);
  pthread_join(camera->thread, NULL);
  destroy(camera);
}

/* Cameras that were closed late, when nobody waited for it any more. */
static void forget_late_ones(void) {
  struct camera *late[LINTEL_CAMERAS_OPEN_MAX];
  int count = 0;
  pthread_mutex_lock(&table_lock);
  for (int i = 0; i < LINTEL_CAMERAS_OPEN_MAX; i++) {
    if (table[i] == NULL) continue;
    pthread_mutex_lock(&table[i]->lock);
    if (table[i]->closed == 1) {
      table[i]->closed = 2;
      late[count++] = table[i];
    }
    pthread_mutex_unlock(&table[i]->lock);
  }
  pthread_mutex_unlock(&table_lock);
  while (count > 0) forget(late[--count]);
}

static int begin(const char *id, enum command first) {
  forget_late_ones();
  struct camera *camera = create(id, first);
  if (camera == NULL) return LINTEL_CAMERA_SYSTEM;
  pthread_mutex_lock(&table_lock);
  int place = 0;
  while (place < LINTEL_CAMERAS_OPEN_MAX && table[place] != NULL) place++;
  int code = place == LINTEL_CAMERAS_OPEN_MAX ? LINTEL_CAMERA_LIMIT : LINTEL_CAMERA_OK;
  if (code == LINTEL_CAMERA_OK && first == COMMAND_OPEN) code = taken_by_other(id);
  if (code == LINTEL_CAMERA_OK) {
    handles_given = (handles_given + 1) % 100000000;
    camera->handle = handles_given * LINTEL_CAMERAS_OPEN_MAX + place;
    if (pthread_create(&camera->thread, NULL, work, camera) != 0) code = LINTEL_CAMERA_SYSTEM;
    else table[place] = camera;
  }
  pthread_mutex_unlock(&table_lock);
  if (code != LINTEL_CAMERA_OK) {
    destroy(camera);
    return code;
  }
  return camera->handle;
}

static int ask(int handle, enum command command, const struct lintel_camera_shape *shape) {
  struct camera *camera = hold(handle);
  if (camera == NULL) return LINTEL_CAMERA_MISUSED;
  int code = LINTEL_CAMERA_OK;
  pthread_mutex_lock(&camera->lock);
  int fits = camera->device != NULL && (command == COMMAND_CONFIGURE ? !camera->running
                                        : command == COMMAND_START   ? camera->configured && !camera->running
                                                                     : 1);
  if (camera->close_wanted) code = LINTEL_CAMERA_MISUSED;
  else if (camera->command != COMMAND_NONE) code = LINTEL_CAMERA_PENDING;
  else if (!fits) code = LINTEL_CAMERA_MISUSED;
  else {
    if (shape != NULL) camera->shape = *shape;
    camera->command = command;
    pthread_cond_broadcast(&camera->changed);
  }
  pthread_mutex_unlock(&camera->lock);
  let(camera);
  return code;
}

/* Waits for a change, at most until then. False once it is later. */
static int wait_until(struct camera *camera, int64_t until_ns) {
  struct timespec until = {.tv_sec = until_ns / 1000000000, .tv_nsec = until_ns % 1000000000};
  return pthread_cond_timedwait(&camera->changed, &camera->lock, &until) != ETIMEDOUT;
}

static int64_t after_ms(int wait_ms) {
  return camera_now_ns() + (int64_t)(wait_ms < 0 ? 0 : wait_ms) * 1000000;
}

int lintel_camera_abi(void) {
  return LINTEL_CAMERA_ABI;
}

static int put(char *text, int bytes, const char *from) {
  if (text == NULL || bytes <= 0) return LINTEL_CAMERA_MISUSED;
  int written = snprintf(text, (size_t)bytes, "%s", from);
  return written < bytes ? written : bytes - 1;
}

int lintel_camera_library(char *text, int bytes) {
  return put(text, bytes, device_library());
}

static const char *meaning(int code) {
  switch (code) {
    case LINTEL_CAMERA_OK:
      return "done";
    case LINTEL_CAMERA_PENDING:
      return "still being done";
    case LINTEL_CAMERA_NO_FRAME:
      return "no frame";
    case LINTEL_CAMERA_GONE:
      return "no such camera, or unplugged";
    case LINTEL_CAMERA_BUSY:
      return "another program has the camera";
    case LINTEL_CAMERA_DENIED:
      return "no permission to open the camera";
    case LINTEL_CAMERA_FORMAT:
      return "the camera has no such mode";
    case LINTEL_CAMERA_DAMAGED:
      return "a frame that cannot be read";
    case LINTEL_CAMERA_STUCK:
      return "a call into the camera has not come back";
    case LINTEL_CAMERA_MISUSED:
      return "called in a wrong way";
    case LINTEL_CAMERA_LIMIT:
      return "too many cameras or frames out";
    case LINTEL_CAMERA_SYSTEM:
      return "the system failed";
    default:
      return "an unknown code";
  }
}

int lintel_camera_text(int handle, int code, char *text, int bytes) {
  char whole[LINTEL_CAMERA_TEXT_BYTES_MAX * 2];
  snprintf(whole, sizeof whole, "%s", meaning(code));
  struct camera *camera = hold(handle);
  if (camera != NULL) {
    pthread_mutex_lock(&camera->lock);
    if (camera->says[0] != 0) snprintf(whole, sizeof whole, "%s: %s", meaning(code), camera->says);
    pthread_mutex_unlock(&camera->lock);
    let(camera);
  }
  return put(text, bytes, whole);
}

int lintel_camera_list(void) {
  return begin("", COMMAND_LIST);
}

int lintel_camera_listed(int handle, char *text, int bytes) {
  struct camera *camera = hold(handle);
  if (camera == NULL) return LINTEL_CAMERA_MISUSED;
  pthread_mutex_lock(&camera->lock);
  int ready = camera->list != NULL && camera->command == COMMAND_NONE;
  pthread_mutex_unlock(&camera->lock);
  int code = ready ? put(text, bytes, camera->list) : LINTEL_CAMERA_MISUSED;
  let(camera);
  return code;
}

int lintel_camera_open(const char *id) {
  if (id == NULL || strlen(id) >= LINTEL_CAMERA_ID_BYTES_MAX) return LINTEL_CAMERA_MISUSED;
  return begin(id, COMMAND_OPEN);
}

int lintel_camera_configure(int handle, const struct lintel_camera_shape *asked) {
  return asked == NULL ? LINTEL_CAMERA_MISUSED : ask(handle, COMMAND_CONFIGURE, asked);
}

int lintel_camera_given(int handle, struct lintel_camera_shape *given) {
  struct camera *camera = hold(handle);
  if (camera == NULL) return LINTEL_CAMERA_MISUSED;
  pthread_mutex_lock(&camera->lock);
  int code = camera->configured && given != NULL ? LINTEL_CAMERA_OK : LINTEL_CAMERA_MISUSED;
  if (code == LINTEL_CAMERA_OK) *given = camera->shape;
  pthread_mutex_unlock(&camera->lock);
  let(camera);
  return code;
}

int lintel_camera_control(int handle, const struct lintel_camera_controls *controls) {
  struct camera *camera = hold(handle);
  if (camera == NULL) return LINTEL_CAMERA_MISUSED;
  pthread_mutex_lock(&camera->lock);
  int running = camera->running && !camera->close_wanted && camera->command == COMMAND_NONE && controls != NULL;
  if (running) {
    camera->controls = *controls;
    camera->inside++;
  }
  pthread_mutex_unlock(&camera->lock);
  int code = LINTEL_CAMERA_MISUSED;
  if (running) {
    code = device_control(camera->device, controls);
    pthread_mutex_lock(&camera->lock);
    camera->inside--;
    pthread_cond_broadcast(&camera->changed);
    pthread_mutex_unlock(&camera->lock);
  }
  let(camera);
  return code;
}

int lintel_camera_start(int handle) {
  return ask(handle, COMMAND_START, NULL);
}

int lintel_camera_stop(int handle) {
  return ask(handle, COMMAND_STOP, NULL);
}

int lintel_camera_close(int handle) {
  struct camera *camera = hold(handle);
  if (camera == NULL) return LINTEL_CAMERA_MISUSED;
  pthread_mutex_lock(&camera->lock);
  int again = camera->close_wanted;
  camera->close_wanted = 1;
  if (!again && camera->command == COMMAND_NONE) camera->command = COMMAND_CLOSE;
  pthread_cond_broadcast(&camera->changed);
  pthread_mutex_unlock(&camera->lock);
  let(camera);
  return LINTEL_CAMERA_OK;
}

int lintel_camera_settle(int handle, int wait_ms) {
  struct camera *camera = hold(handle);
  if (camera == NULL) return LINTEL_CAMERA_MISUSED;
  int64_t until = after_ms(wait_ms);
  pthread_mutex_lock(&camera->lock);
  int in_time = 1;
  while (camera->command != COMMAND_NONE && in_time) in_time = wait_until(camera, until);
  int code = camera->command == COMMAND_NONE ? camera->settled : LINTEL_CAMERA_PENDING;
  /* Two callers may see the end: one of them takes it. */
  int last = camera->closed == 1;
  if (last) camera->closed = 2;
  pthread_mutex_unlock(&camera->lock);
  let(camera);
  if (last) forget(camera);
  return code;
}

/* Mean of green, which is near enough to brightness, of a few thousand pixels. */
static int32_t metered(struct camera *camera, const uint8_t *rgb) {
  const struct lintel_camera_shape *shape = &camera->conversion.shape;
  pthread_mutex_lock(&camera->lock);
  const struct lintel_camera_controls controls = camera->controls;
  pthread_mutex_unlock(&camera->lock);
  const struct lintel_camera_controls *at = &controls;
  int32_t x = 0, y = 0, right = shape->out_width, bottom = shape->out_height;
  if (at->meter_width > 0 && at->meter_height > 0 && at->meter_x >= 0 && at->meter_y >= 0 && at->meter_x < right &&
      at->meter_y < bottom) {
    x = at->meter_x;
    y = at->meter_y;
    if (at->meter_width < right - x) right = x + at->meter_width;
    if (at->meter_height < bottom - y) bottom = y + at->meter_height;
  }
  int32_t step = 1;
  while ((int64_t)(right - x) * (bottom - y) / ((int64_t)step * step) > METERED_PIXELS) step++;
  int64_t sum = 0, count = 0;
  for (int32_t row = y; row < bottom; row += step)
    for (int32_t column = x; column < right; column += step, count++)
      sum += rgb[((size_t)row * (size_t)shape->out_width + (size_t)column) * 3 + 1];
  return count == 0 ? -1 : (int32_t)(sum * 1000 / count);
}

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

/* Waits, with the lock held, until there is a frame. `inside` counts this call, so that nobody stops the device meanwhile. */
static int await_frame(struct camera *camera, int wait_ms) {
  if (camera->newest == NULL && camera->failure == LINTEL_CAMERA_OK) {
    pthread_mutex_unlock(&camera->lock);
    device_poke(camera->device);
    pthread_mutex_lock(&camera->lock);
  }
  int64_t until = after_ms(wait_ms);
  int in_time = 1;
  while (camera->newest == NULL && camera->failure == LINTEL_CAMERA_OK && camera->running && in_time)
    in_time = wait_until(camera, until);
  if (camera->newest != NULL) return LINTEL_CAMERA_OK;
  return camera->failure != LINTEL_CAMERA_OK ? camera->failure : LINTEL_CAMERA_NO_FRAME;
}

/* Without the lock: the frame is leased, and `inside` keeps it. */
static int read_frame(struct camera *camera, struct raw *raw, uint8_t *rgb, struct lintel_camera_frame *frame) {
  int code = LINTEL_CAMERA_OK;
  memset(frame, 0, sizeof *frame);
  frame->metered_milli = -1;
  if (rgb != NULL) {
    device_access(camera->device, raw, 1);
    code = convert(&camera->conversion, raw, rgb);
    device_access(camera->device, raw, 0);
    if (code == LINTEL_CAMERA_OK) frame->metered_milli = metered(camera, rgb);
    else camera_says(camera, code, "frame %u", raw->sequence);
  }
  describe(camera, raw, frame);
  return code;
}

int lintel_camera_take(int handle, int wait_ms, uint8_t *rgb, int64_t bytes, struct lintel_camera_frame *frame) {
  struct camera *camera = hold(handle);
  if (camera == NULL) return LINTEL_CAMERA_MISUSED;
  if (bytes == 0) rgb = NULL;
  pthread_mutex_lock(&camera->lock);
  int64_t wanted = (int64_t)camera->shape.out_width * camera->shape.out_height * 3;
  int code = LINTEL_CAMERA_OK;
  if (frame == NULL || !camera->running || (rgb != NULL && bytes != wanted)) code = LINTEL_CAMERA_MISUSED;
  else if (camera->leased != NULL || camera->taking) code = LINTEL_CAMERA_LIMIT;
  if (code != LINTEL_CAMERA_OK) {
    pthread_mutex_unlock(&camera->lock);
    let(camera);
    return code;
  }
  camera->inside++;
  camera->taking = 1;
  code = await_frame(camera, wait_ms);
  struct raw *raw = NULL;
  if (code == LINTEL_CAMERA_OK) {
    raw = camera->leased = camera->newest;
    camera->newest = NULL;
    camera->lease++;
  }
  int lease = camera->lease;
  uint32_t replaced = camera->replaced;
  pthread_mutex_unlock(&camera->lock);
  if (raw != NULL) {
    code = read_frame(camera, raw, rgb, frame);
    frame->lease = lease;
    frame->replaced = replaced;
  }
  pthread_mutex_lock(&camera->lock);
  /* What nobody can give back goes back by itself. */
  int unused = raw != NULL && (rgb == NULL || code != LINTEL_CAMERA_OK);
  if (unused) camera->leased = NULL;
  pthread_mutex_unlock(&camera->lock);
  if (unused) {
    recycle(camera, raw);
    conversion_wipe(&camera->conversion);
    if (rgb != NULL) camera_wipe(rgb, (size_t)bytes);
  }
  pthread_mutex_lock(&camera->lock);
  camera->taking = 0;
  camera->inside--;
  pthread_cond_broadcast(&camera->changed);
  pthread_mutex_unlock(&camera->lock);
  let(camera);
  return code;
}

int lintel_camera_give_back(int handle, int lease) {
  struct camera *camera = hold(handle);
  if (camera == NULL) return LINTEL_CAMERA_MISUSED;
  pthread_mutex_lock(&camera->lock);
  struct raw *raw = camera->leased != NULL && camera->lease == lease && !camera->taking ? camera->leased : NULL;
  if (raw != NULL) {
    camera->leased = NULL;
    camera->inside++;
  }
  pthread_mutex_unlock(&camera->lock);
  if (raw != NULL) {
    recycle(camera, raw);
    conversion_wipe(&camera->conversion);
    pthread_mutex_lock(&camera->lock);
    camera->inside--;
    pthread_cond_broadcast(&camera->changed);
    pthread_mutex_unlock(&camera->lock);
  }
  let(camera);
  return raw == NULL ? LINTEL_CAMERA_MISUSED : LINTEL_CAMERA_OK;
}
