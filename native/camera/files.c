/* The form over files: a test pattern, or a folder of JPEG pictures, in any format that a camera may have. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <libyuv.h>

#include "device.h"
#include "jpeg.h"
#include "pattern.h"

/* One is drawn, one is the newest, one is leased. */
#define BUFFERS 3
#define PICTURES_MAX 100000
#define PICTURE_FILE_BYTES_MAX (32 << 20)
#define RATE_DEFAULT 30000
#define RATE_MAX 1000000
/* A pause all the same, in which others get the lock. */
#define STORM_PERIOD_NS 100000
#define EXPOSURE_US 10000

struct slot {
  struct raw raw;
  int free;
};

struct device {
  struct camera *camera;
  /* -1 for the pattern. */
  int folder;
  char **names;
  int pictures;
  int step;
  int storm;
  uint32_t stuck_after;
  uint32_t gone_after;
  uint32_t slow_ms;
  struct lintel_camera_shape shape;
  /* Memory of its own, as for a device without an allocator: what of it is open can be seen from outside. */
  int memory_file;
  uint8_t *memory;
  size_t memory_bytes;
  struct slot slots[BUFFERS];
  /* RGB and a file on their way into a buffer. */
  uint8_t *rgb;
  uint8_t *planes;
  uint8_t *file;
  size_t file_used;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  pthread_t thread;
  int running;
  int producing;
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

static int code_of(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
    case ENODEV:
      return LINTEL_CAMERA_GONE;
    case EACCES:
    case EPERM:
      return LINTEL_CAMERA_DENIED;
    case EWOULDBLOCK:
    case EBUSY:
      return LINTEL_CAMERA_BUSY;
    default:
      return LINTEL_CAMERA_SYSTEM;
  }
}

static int read_options(struct device *device, char *options) {
  char *rest = options;
  for (char *one = strtok_r(options, "&", &rest); one != NULL; one = strtok_r(NULL, "&", &rest)) {
    unsigned long number;
    char key[32], more;
    if (sscanf(one, "%31[a-z-]=%lu%c", key, &number, &more) != 2) return 0;
    if (strcmp(key, "step") == 0) device->step = number != 0;
    else if (strcmp(key, "storm") == 0) device->storm = number != 0;
    else if (strcmp(key, "stuck-after") == 0) device->stuck_after = (uint32_t)number;
    else if (strcmp(key, "gone-after") == 0) device->gone_after = (uint32_t)number;
    else if (strcmp(key, "slow-ms") == 0) device->slow_ms = (uint32_t)number;
    else return 0;
  }
  return 1;
}

static int is_picture(const char *name) {
  const char *ending = strrchr(name, '.');
  return ending != NULL && (strcasecmp(ending, ".jpg") == 0 || strcasecmp(ending, ".jpeg") == 0);
}

static int by_name(const void *one, const void *other) {
  return strcmp(*(char *const *)one, *(char *const *)other);
}

static int read_names(struct device *device) {
  int again = dup(device->folder);
  DIR *folder = again < 0 ? NULL : fdopendir(again);
  if (folder == NULL) {
    if (again >= 0) close(again);
    return 0;
  }
  device->names = calloc(PICTURES_MAX, sizeof *device->names);
  for (struct dirent *entry; device->names != NULL && (entry = readdir(folder)) != NULL;) {
    if (device->pictures < PICTURES_MAX && is_picture(entry->d_name)) {
      char *name = strdup(entry->d_name);
      if (name != NULL) device->names[device->pictures++] = name;
    }
  }
  closedir(folder);
  if (device->names != NULL) qsort(device->names, (size_t)device->pictures, sizeof *device->names, by_name);
  return device->pictures > 0;
}

static int open_folder(struct device *device, const char *path) {
  device->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (device->folder < 0) return camera_says(device->camera, code_of(errno), "%s: %s", path, strerror(errno));
  if (flock(device->folder, LOCK_EX | LOCK_NB) != 0)
    return camera_says(device->camera, code_of(errno), "%s: %s", path, strerror(errno));
  if (!read_names(device)) return camera_says(device->camera, LINTEL_CAMERA_GONE, "%s: no pictures", path);
  return LINTEL_CAMERA_OK;
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
  device->folder = device->memory_file = -1;
  pthread_mutex_init(&device->lock, NULL);
  pthread_condattr_t by_monotonic;
  pthread_condattr_init(&by_monotonic);
  pthread_condattr_setclock(&by_monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&device->changed, &by_monotonic);
  pthread_condattr_destroy(&by_monotonic);
  char *options = strchr(path, '?');
  if (options != NULL) *options++ = 0;
  int code = LINTEL_CAMERA_OK;
  if (options != NULL && !read_options(device, options)) code = camera_says(camera, LINTEL_CAMERA_GONE, "options of %s", id);
  else if (path[0] != 0 && strcmp(path, "pattern") != 0) code = open_folder(device, path);
  free(path);
  struct timespec pause = {.tv_sec = device->slow_ms / 1000, .tv_nsec = (long)(device->slow_ms % 1000) * 1000000};
  nanosleep(&pause, NULL);
  if (code == LINTEL_CAMERA_OK) *opened = device;
  else device_close(device);
  return code;
}

/* The bytes of a picture's file, or 0. */
static size_t read_file(struct device *device, const char *name) {
  int file = openat(device->folder, name, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  size_t at = 0;
  ssize_t got = 1;
  while (got > 0 && at < PICTURE_FILE_BYTES_MAX) {
    got = read(file, device->file + at, PICTURE_FILE_BYTES_MAX - at);
    if (got > 0) at += (size_t)got;
  }
  int error = errno;
  close(file);
  if (at > device->file_used) device->file_used = at;
  errno = error;
  return got < 0 || at == PICTURE_FILE_BYTES_MAX ? 0 : at;
}

static void wipe_memory(struct device *device) {
  size_t bytes = (size_t)device->shape.width * (size_t)device->shape.height * 3;
  if (device->memory != NULL) camera_wipe(device->memory, device->memory_bytes);
  if (device->rgb != NULL) camera_wipe(device->rgb, bytes);
  if (device->planes != NULL) camera_wipe(device->planes, bytes);
  if (device->file != NULL) camera_wipe(device->file, device->file_used);
  device->file_used = 0;
}

static void free_memory(struct device *device) {
  wipe_memory(device);
  if (device->memory != NULL) munmap(device->memory, device->memory_bytes);
  if (device->memory_file >= 0) close(device->memory_file);
  free(device->rgb);
  free(device->planes);
  device->memory = device->rgb = device->planes = NULL;
  device->memory_file = -1;
}

static int take_memory(struct device *device) {
  const struct lintel_camera_shape *shape = &device->shape;
  size_t pixels = (size_t)shape->width * (size_t)shape->height;
  size_t each = (camera_picture_bytes(shape->format, shape->width, shape->height) + 4095) & ~(size_t)4095;
  device->memory_bytes = each * BUFFERS;
  device->memory_file = memfd_create("lintel-camera", MFD_CLOEXEC);
  if (device->memory_file < 0 || ftruncate(device->memory_file, (off_t)device->memory_bytes) != 0) return 0;
  void *memory =
      mmap(NULL, device->memory_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, device->memory_file, 0);
  if (memory == MAP_FAILED) return 0;
  device->memory = memory;
  device->rgb = calloc(1, pixels * 3);
  device->planes = calloc(1, pixels * 3);
  if (device->rgb == NULL || device->planes == NULL) return 0;
  for (int i = 0; i < BUFFERS; i++) {
    struct raw *raw = &device->slots[i].raw;
    memset(raw, 0, sizeof *raw);
    raw->plane[0] = device->memory + each * (size_t)i;
    raw->bytes[0] = each;
    raw->stride[0] = shape->format == FORMAT_NV12 ? shape->width : shape->width * (shape->format == FORMAT_YUYV ? 2 : 3);
    if (shape->format == FORMAT_NV12) {
      raw->bytes[0] = pixels;
      raw->plane[1] = raw->plane[0] + pixels;
      raw->bytes[1] = pixels / 2;
      raw->stride[1] = shape->width;
    }
    device->slots[i].free = 1;
  }
  return 1;
}

int device_configure(struct device *device, struct lintel_camera_shape *shape) {
  free_memory(device);
  if (shape->format == 0) shape->format = device->folder < 0 ? FORMAT_NV12 : FORMAT_MJPEG;
  int asked_size = shape->width != 0;
  if (!asked_size) {
    shape->width = 1280;
    shape->height = 720;
  }
  if (shape->rate == 0) shape->rate = RATE_DEFAULT;
  if (device->folder >= 0) {
    if (device->file == NULL) device->file = calloc(1, PICTURE_FILE_BYTES_MAX);
    size_t bytes = device->file == NULL ? 0 : read_file(device, device->names[0]);
    int32_t width = 0, height = 0;
    if (bytes == 0) return camera_says(device->camera, LINTEL_CAMERA_GONE, "%s: %s", device->names[0], strerror(errno));
    if (!jpeg_size(device->file, bytes, &width, &height))
      return camera_says(device->camera, LINTEL_CAMERA_DAMAGED, "%s", device->names[0]);
    if (asked_size && (shape->width != width || shape->height != height))
      return camera_says(device->camera, LINTEL_CAMERA_FORMAT, "%dx%d; its pictures are %dx%d", shape->width,
                         shape->height, width, height);
    shape->width = width;
    shape->height = height;
  }
  int fits = shape->width > 0 && shape->height > 0 && shape->width <= LINTEL_CAMERA_SIDE_MAX &&
             shape->height <= LINTEL_CAMERA_SIDE_MAX && !((shape->width | shape->height) & 1) && shape->rate > 0 &&
             shape->rate <= RATE_MAX && camera_picture_bytes(shape->format, 2, 2) > 0;
  if (!fits)
    return camera_says(device->camera, LINTEL_CAMERA_FORMAT, "%.4s %dx%d at %d/1000", (const char *)&shape->format,
                       shape->width, shape->height, shape->rate);
  device->shape = *shape;
  return take_memory(device) ? LINTEL_CAMERA_OK : camera_says(device->camera, LINTEL_CAMERA_SYSTEM, "no memory");
}

/* RGB into the format of the camera. */
static int pack(struct device *device, struct raw *raw) {
  int width = device->shape.width;
  int height = device->shape.height;
  size_t pixels = (size_t)width * (size_t)height;
  uint8_t *y = device->planes;
  uint8_t *u = y + pixels;
  uint8_t *v = u + pixels / 4;
  raw->colour = COLOUR_601;
  switch (device->shape.format) {
    case FORMAT_NV12:
      return RAWToI420(device->rgb, width * 3, y, width, u, width / 2, v, width / 2, width, height) == 0 &&
             I420ToNV12(y, width, u, width / 2, v, width / 2, raw->plane[0], width, raw->plane[1], width, width,
                        height) == 0;
    case FORMAT_YUYV:
      return RAWToI420(device->rgb, width * 3, y, width, u, width / 2, v, width / 2, width, height) == 0 &&
             I420ToYUY2(y, width, u, width / 2, v, width / 2, raw->plane[0], width * 2, width, height) == 0;
    case FORMAT_MJPEG:
      raw->used = jpeg_encode(device->rgb, width, height, raw->plane[0], raw->bytes[0]);
      return raw->used > 0;
    case FORMAT_BGR:
      return RAWToRGB24(device->rgb, width * 3, raw->plane[0], width * 3, width, height) == 0;
    default:
      memcpy(raw->plane[0], device->rgb, pixels * 3);
      return 1;
  }
}

static int draw(struct device *device, struct raw *raw, const struct lintel_camera_controls *controls) {
  int width = device->shape.width;
  int height = device->shape.height;
  if (device->folder < 0) {
    double light = exp2(controls->bias_milli / 1000.0);
    if (controls->exposure_us > 0) light = (double)controls->exposure_us / EXPOSURE_US;
    pattern_draw(device->rgb, width, height, raw->sequence, light);
    raw->exposure_us = (int32_t)(EXPOSURE_US * light);
    raw->gain_milli = controls->gain_milli > 0 ? controls->gain_milli : 1000;
    return pack(device, raw) ? LINTEL_CAMERA_OK : camera_says(device->camera, LINTEL_CAMERA_SYSTEM, "the pattern");
  }
  const char *name = device->names[(raw->sequence - 1) % (uint32_t)device->pictures];
  size_t bytes = read_file(device, name);
  if (bytes == 0) return camera_says(device->camera, LINTEL_CAMERA_GONE, "%s: %s", name, strerror(errno));
  if (device->shape.format == FORMAT_MJPEG) {
    if (bytes > raw->bytes[0]) return camera_says(device->camera, LINTEL_CAMERA_DAMAGED, "%s: too long", name);
    memcpy(raw->plane[0], device->file, bytes);
    raw->used = bytes;
    return LINTEL_CAMERA_OK;
  }
  if (!jpeg_decode(device->file, bytes, device->rgb, width, height) || !pack(device, raw))
    return camera_says(device->camera, LINTEL_CAMERA_DAMAGED, "%s", name);
  return LINTEL_CAMERA_OK;
}

/* Makes one frame, with the lock held. Where no buffer is free it is counted all the same. */
static void produce(struct device *device) {
  device->sequence++;
  if (device->gone_after > 0 && device->sequence > device->gone_after) {
    device->failed = 1;
    camera_fail(device->camera, LINTEL_CAMERA_GONE, "unplugged");
    return;
  }
  if (device->stuck_after > 0 && device->sequence > device->stuck_after) return;
  struct slot *slot = device->slots;
  while (slot < device->slots + BUFFERS && !slot->free) slot++;
  if (slot == device->slots + BUFFERS) return;
  struct raw *raw = &slot->raw;
  slot->free = 0;
  raw->sequence = device->sequence;
  const struct lintel_camera_controls controls = device->controls;
  /* Only one thread draws, and nobody takes the memory away before it has ended. */
  pthread_mutex_unlock(&device->lock);
  raw->sensor_ns = device->step ? 0 : camera_now_ns();
  int code = draw(device, raw, &controls);
  raw->ready_ns = device->step ? 0 : camera_now_ns();
  if (code == LINTEL_CAMERA_OK) camera_deliver(device->camera, raw);
  else camera_fail(device->camera, code, NULL);
  pthread_mutex_lock(&device->lock);
  if (code == LINTEL_CAMERA_OK) return;
  slot->free = 1;
  device->failed = 1;
}

static int64_t period_ns(const struct device *device) {
  if (device->storm) return STORM_PERIOD_NS;
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
      struct timespec until = {.tv_sec = due / 1000000000, .tv_nsec = due % 1000000000};
      pthread_cond_timedwait(&device->changed, &device->lock, &until);
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
  if (device->step) return LINTEL_CAMERA_OK;
  device->producing = pthread_create(&device->thread, NULL, run, device) == 0;
  if (device->producing) return LINTEL_CAMERA_OK;
  device->running = 0;
  return camera_says(device->camera, LINTEL_CAMERA_SYSTEM, "no thread");
}

void device_recycle(struct device *device, struct raw *raw) {
  pthread_mutex_lock(&device->lock);
  for (int i = 0; i < BUFFERS; i++)
    if (&device->slots[i].raw == raw) device->slots[i].free = 1;
  pthread_mutex_unlock(&device->lock);
}

void device_access(struct device *device, struct raw *raw, int begin) {
  (void)device;
  (void)raw;
  (void)begin;
}

void device_poke(struct device *device) {
  if (!device->step) return;
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

int device_stop(struct device *device) {
  pthread_mutex_lock(&device->lock);
  device->running = 0;
  pthread_cond_broadcast(&device->changed);
  pthread_mutex_unlock(&device->lock);
  if (device->producing) pthread_join(device->thread, NULL);
  device->producing = 0;
  wipe_memory(device);
  return LINTEL_CAMERA_OK;
}

void device_close(struct device *device) {
  free_memory(device);
  free(device->file);
  for (int i = 0; i < device->pictures; i++) free(device->names[i]);
  free(device->names);
  if (device->folder >= 0) close(device->folder);
  pthread_cond_destroy(&device->changed);
  pthread_mutex_destroy(&device->lock);
  free(device);
}
