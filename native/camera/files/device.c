/* The form over files: a test pattern, or a folder of JPEG pictures, in any format that a camera may have and at its rate. */
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../device.h"
#include "../jpeg.h"
#include "../moment.h"
#include "folder.h"
#include "packer.h"
#include "pattern.h"
#include "slots.h"

#define WIDTH_DEFAULT 1280
#define HEIGHT_DEFAULT 720
#define RATE_DEFAULT 30000
#define RATE_MAX 1000000
/* A pause all the same, in which others get the lock. */
#define STORM_PERIOD_NS 100000
#define EXPOSURE_US 10000

struct options {
  int step;
  int storm;
  uint32_t stuck_after;
  uint32_t gone_after;
  uint32_t slow_ms;
};

struct device {
  struct camera *camera;
  struct options options;
  /* Without one it is the pattern. */
  struct folder folder;
  struct lintel_camera_shape shape;
  struct slots slots;
  struct packer packer;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  /* Makes frames at the rate, where they are not made one by one. */
  pthread_t thread;
  int has_thread;
  int running;
  int failed;
  uint32_t sequence;
  struct lintel_camera_controls controls;
};

const char *device_library(void) {
  return "files";
}

int device_list(struct camera *camera, char *text, size_t bytes) {
  (void)camera;
  static const char *const formats[] = {"NV12", "YUYV", "MJPG", "RGB3"};
  size_t at = (size_t)snprintf(text, bytes, "camera\tpattern\ttest pattern\n");
  for (size_t i = 0; i < sizeof formats / sizeof *formats && at < bytes; i++)
    at += (size_t)snprintf(text + at, bytes - at, "mode\t%s\t1280\t720\nmode\t%s\t640\t480\n", formats[i], formats[i]);
  return LINTEL_CAMERA_OK;
}

static int read_options(struct options *options, char *text) {
  char *rest = text;
  for (char *one = strtok_r(text, "&", &rest); one != NULL; one = strtok_r(NULL, "&", &rest)) {
    unsigned long number;
    char key[32], more;
    if (sscanf(one, "%31[a-z-]=%lu%c", key, &number, &more) != 2) return 0;
    if (strcmp(key, "step") == 0) options->step = number != 0;
    else if (strcmp(key, "storm") == 0) options->storm = number != 0;
    else if (strcmp(key, "stuck-after") == 0) options->stuck_after = (uint32_t)number;
    else if (strcmp(key, "gone-after") == 0) options->gone_after = (uint32_t)number;
    else if (strcmp(key, "slow-ms") == 0) options->slow_ms = (uint32_t)number;
    else return 0;
  }
  return 1;
}

int device_open(struct camera *camera, const char *id, struct device **opened) {
  struct device *device = calloc(1, sizeof *device);
  char *path = strdup(id);
  if (device == NULL || path == NULL) {
    free(device);
    free(path);
    return camera_says(camera, LINTEL_CAMERA_SYSTEM, "no memory");
  }
  device->camera = camera;
  device->folder.file = device->slots.file = -1;
  pthread_mutex_init(&device->lock, NULL);
  moment_condition(&device->changed);
  char *options = strchr(path, '?');
  if (options != NULL) *options++ = 0;
  int code = LINTEL_CAMERA_OK;
  if (options != NULL && !read_options(&device->options, options))
    code = camera_says(camera, LINTEL_CAMERA_GONE, "options of %s", id);
  else if (path[0] != 0 && strcmp(path, "pattern") != 0) code = folder_open(&device->folder, camera, path);
  free(path);
  uint32_t slow_ms = device->options.slow_ms;
  struct timespec pause = {.tv_sec = slow_ms / 1000, .tv_nsec = (long)(slow_ms % 1000) * 1000000};
  nanosleep(&pause, NULL);
  if (code == LINTEL_CAMERA_OK) *opened = device;
  else device_close(device);
  return code;
}

static int is_pattern(const struct device *device) {
  return device->folder.file < 0;
}

/* A folder has one size: that of its first picture. */
static int fit_folder(struct device *device, struct lintel_camera_shape *shape) {
  int code = folder_read(&device->folder, device->camera, 0);
  if (code != LINTEL_CAMERA_OK) return code;
  int32_t width = 0, height = 0;
  if (!jpeg_size(device->folder.bytes, device->folder.used, &width, &height))
    return camera_says(device->camera, LINTEL_CAMERA_DAMAGED, "%s", device->folder.names[0]);
  if (shape->width != 0 && (shape->width != width || shape->height != height))
    return camera_says(device->camera, LINTEL_CAMERA_FORMAT, "%dx%d; its pictures are %dx%d", shape->width,
                       shape->height, width, height);
  shape->width = width;
  shape->height = height;
  return LINTEL_CAMERA_OK;
}

static int fits(const struct lintel_camera_shape *shape) {
  return shape->width > 0 && shape->height > 0 && shape->width <= LINTEL_CAMERA_SIDE_MAX &&
         shape->height <= LINTEL_CAMERA_SIDE_MAX && !((shape->width | shape->height) & 1) && shape->rate > 0 &&
         shape->rate <= RATE_MAX && camera_picture_bytes(shape->format, 2, 2) > 0;
}

int device_configure(struct device *device, struct lintel_camera_shape *shape) {
  slots_close(&device->slots);
  packer_close(&device->packer);
  if (shape->format == 0) shape->format = is_pattern(device) ? FORMAT_NV12 : FORMAT_MJPEG;
  if (shape->rate == 0) shape->rate = RATE_DEFAULT;
  if (!is_pattern(device)) {
    int code = fit_folder(device, shape);
    if (code != LINTEL_CAMERA_OK) return code;
  } else if (shape->width == 0) {
    shape->width = WIDTH_DEFAULT;
    shape->height = HEIGHT_DEFAULT;
  }
  if (!fits(shape))
    return camera_says(device->camera, LINTEL_CAMERA_FORMAT, "%.4s %dx%d at %d/1000", (const char *)&shape->format,
                       shape->width, shape->height, shape->rate);
  device->shape = *shape;
  if (slots_open(&device->slots, shape) && packer_open(&device->packer, shape)) return LINTEL_CAMERA_OK;
  return camera_says(device->camera, LINTEL_CAMERA_SYSTEM, "no memory");
}

static int draw_pattern(struct device *device, struct raw *raw, const struct lintel_camera_controls *controls) {
  const struct packer *packer = &device->packer;
  double light = exp2(controls->bias_milli / 1000.0);
  if (controls->exposure_us > 0) light = (double)controls->exposure_us / EXPOSURE_US;
  pattern_draw(packer->rgb, packer->width, packer->height, raw->sequence, light);
  raw->exposure_us = (int32_t)(EXPOSURE_US * light);
  raw->gain_milli = controls->gain_milli > 0 ? controls->gain_milli : 1000;
  return pack(packer, raw) ? LINTEL_CAMERA_OK : camera_says(device->camera, LINTEL_CAMERA_SYSTEM, "the pattern");
}

static int read_picture(struct device *device, struct raw *raw) {
  struct folder *folder = &device->folder;
  const struct packer *packer = &device->packer;
  int code = folder_read(folder, device->camera, raw->sequence - 1);
  if (code != LINTEL_CAMERA_OK) return code;
  const char *name = folder->names[(raw->sequence - 1) % folder->pictures];
  if (packer->format == FORMAT_MJPEG) {
    if (folder->used > raw->bytes[0]) return camera_says(device->camera, LINTEL_CAMERA_DAMAGED, "%s: too long", name);
    memcpy(raw->plane[0], folder->bytes, folder->used);
    raw->used = folder->used;
    return LINTEL_CAMERA_OK;
  }
  if (jpeg_decode(folder->bytes, folder->used, packer->rgb, packer->width, packer->height) && pack(packer, raw))
    return LINTEL_CAMERA_OK;
  return camera_says(device->camera, LINTEL_CAMERA_DAMAGED, "%s", name);
}

static int draw_picture(struct device *device, struct raw *raw) {
  int code = read_picture(device, raw);
  /* On its way into the frame it lay here as well. */
  folder_wipe(&device->folder);
  packer_wipe(&device->packer);
  return code;
}

/* Makes one frame, with the lock held. Where no buffer is free it is counted all the same. */
static void produce(struct device *device) {
  device->sequence++;
  if (device->options.gone_after > 0 && device->sequence > device->options.gone_after) {
    device->failed = 1;
    camera_fail(device->camera, LINTEL_CAMERA_GONE, "unplugged");
    return;
  }
  if (device->options.stuck_after > 0 && device->sequence > device->options.stuck_after) return;
  struct raw *raw = slots_take(&device->slots);
  if (raw == NULL) return;
  raw->sequence = device->sequence;
  const struct lintel_camera_controls controls = device->controls;
  int step = device->options.step;
  /* Only one thread draws, and nobody takes the memory away before it has ended. */
  pthread_mutex_unlock(&device->lock);
  raw->sensor_ns = step ? 0 : camera_now_ns();
  int code = is_pattern(device) ? draw_pattern(device, raw, &controls) : draw_picture(device, raw);
  raw->ready_ns = step ? 0 : camera_now_ns();
  if (code == LINTEL_CAMERA_OK) camera_deliver(device->camera, raw);
  else camera_fail(device->camera, code, NULL);
  pthread_mutex_lock(&device->lock);
  if (code == LINTEL_CAMERA_OK) return;
  slots_give_back(&device->slots, raw);
  device->failed = 1;
}

static int64_t period_ns(const struct device *device) {
  if (device->options.storm) return STORM_PERIOD_NS;
  int32_t rate = device->controls.rate > 0 && device->controls.rate <= RATE_MAX ? device->controls.rate : device->shape.rate;
  return 1000000000000 / rate;
}

static void *run(void *argument) {
  struct device *device = argument;
  pthread_mutex_lock(&device->lock);
  int64_t last = camera_now_ns();
  while (device->running && !device->failed) {
    int64_t due = last + period_ns(device);
    int64_t now = camera_now_ns();
    if (now < due) {
      moment_wait(&device->changed, &device->lock, due);
      continue;
    }
    last = due + period_ns(device) > now ? due : now;
    produce(device);
  }
  pthread_mutex_unlock(&device->lock);
  return NULL;
}

int device_start(struct device *device) {
  device->running = 1;
  device->failed = 0;
  device->sequence = 0;
  memset(&device->controls, 0, sizeof device->controls);
  if (device->options.step) return LINTEL_CAMERA_OK;
  device->has_thread = pthread_create(&device->thread, NULL, run, device) == 0;
  if (device->has_thread) return LINTEL_CAMERA_OK;
  device->running = 0;
  return camera_says(device->camera, LINTEL_CAMERA_SYSTEM, "no thread");
}

void device_recycle(struct device *device, struct raw *raw) {
  pthread_mutex_lock(&device->lock);
  slots_give_back(&device->slots, raw);
  pthread_mutex_unlock(&device->lock);
}

void device_access(struct device *device, struct raw *raw, int begin) {
  (void)device;
  (void)raw;
  (void)begin;
}

void device_poke(struct device *device) {
  if (!device->options.step) return;
  pthread_mutex_lock(&device->lock);
  if (device->running && !device->failed) produce(device);
  pthread_mutex_unlock(&device->lock);
}

int device_control(struct device *device, const struct lintel_camera_controls *controls) {
  pthread_mutex_lock(&device->lock);
  device->controls = *controls;
  pthread_cond_broadcast(&device->changed);
  pthread_mutex_unlock(&device->lock);
  return LINTEL_CAMERA_OK;
}

void device_stop(struct device *device) {
  pthread_mutex_lock(&device->lock);
  device->running = 0;
  pthread_cond_broadcast(&device->changed);
  pthread_mutex_unlock(&device->lock);
  if (device->has_thread) pthread_join(device->thread, NULL);
  device->has_thread = 0;
  slots_wipe(&device->slots);
  packer_wipe(&device->packer);
  folder_wipe(&device->folder);
}

void device_close(struct device *device) {
  slots_close(&device->slots);
  packer_close(&device->packer);
  folder_close(&device->folder);
  pthread_cond_destroy(&device->changed);
  pthread_mutex_destroy(&device->lock);
  free(device);
}
