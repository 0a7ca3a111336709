/* The camera's own thread: one command at a time, so that a device which hangs holds nobody but it. */
#include "camera.h"
#include "moment.h"
#include "table.h"

static int open_device(struct camera *camera) {
  struct device *device = NULL;
  int code = device_open(camera, camera->id, &device);
  if (code == LINTEL_CAMERA_OK) camera->device = device;
  return code;
}

static int configure(struct camera *camera) {
  struct lintel_camera_shape shape = camera->shape;
  conversion_close(&camera->conversion);
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

static int close_device(struct camera *camera) {
  if (camera->device != NULL) {
    frames_end(camera);
    device_close(camera->device);
    camera->device = NULL;
  }
  conversion_close(&camera->conversion);
  return LINTEL_CAMERA_OK;
}

static int perform(struct camera *camera, enum command command) {
  switch (command) {
    case COMMAND_LIST:
      return device_list(camera, camera->list, LIST_BYTES_MAX);
    case COMMAND_OPEN:
      return open_device(camera);
    case COMMAND_CONFIGURE:
      return configure(camera);
    case COMMAND_START:
      return frames_begin(camera);
    case COMMAND_STOP:
      frames_end(camera);
      return LINTEL_CAMERA_OK;
    case COMMAND_CLOSE:
      return close_device(camera);
    case COMMAND_NONE:
      break;
  }
  return LINTEL_CAMERA_MISUSED;
}

void *thread_work(void *argument) {
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

int camera_claim(struct camera *camera) {
  if (!camera->closed || camera->claimed) return 0;
  camera->claimed = 1;
  return 1;
}

/* Whether a command comes in the order of the header. With the lock held, and only while the thread does nothing. */
static int fits(const struct camera *camera, enum command command) {
  if (camera->device == NULL) return 0;
  if (command == COMMAND_STOP) return 1;
  return !camera->frames.running && (command == COMMAND_CONFIGURE || camera->configured);
}

static int ask(int handle, enum command command, const struct lintel_camera_shape *shape) {
  struct camera *camera = table_hold(handle);
  if (camera == NULL) return LINTEL_CAMERA_MISUSED;
  int code = LINTEL_CAMERA_OK;
  pthread_mutex_lock(&camera->lock);
  if (camera->close_wanted) code = LINTEL_CAMERA_MISUSED;
  else if (camera->command != COMMAND_NONE) code = LINTEL_CAMERA_PENDING;
  else if (!fits(camera, command)) code = LINTEL_CAMERA_MISUSED;
  else {
    if (shape != NULL) {
      camera->shape = *shape;
      camera->configured = 0;
    }
    camera->command = command;
    pthread_cond_broadcast(&camera->changed);
  }
  pthread_mutex_unlock(&camera->lock);
  table_let(camera);
  return code;
}

int lintel_camera_configure(int handle, const struct lintel_camera_shape *asked) {
  return asked == NULL ? LINTEL_CAMERA_MISUSED : ask(handle, COMMAND_CONFIGURE, asked);
}

int lintel_camera_start(int handle) {
  return ask(handle, COMMAND_START, NULL);
}

int lintel_camera_stop(int handle) {
  return ask(handle, COMMAND_STOP, NULL);
}

int lintel_camera_close(int handle) {
  struct camera *camera = table_hold(handle);
  if (camera == NULL) return LINTEL_CAMERA_MISUSED;
  pthread_mutex_lock(&camera->lock);
  if (!camera->close_wanted && camera->command == COMMAND_NONE) camera->command = COMMAND_CLOSE;
  camera->close_wanted = 1;
  pthread_cond_broadcast(&camera->changed);
  pthread_mutex_unlock(&camera->lock);
  table_let(camera);
  return LINTEL_CAMERA_OK;
}

int lintel_camera_settle(int handle, int wait_ms) {
  struct camera *camera = table_hold(handle);
  if (camera == NULL) return LINTEL_CAMERA_MISUSED;
  int64_t until = moment_after_ms(wait_ms);
  pthread_mutex_lock(&camera->lock);
  int in_time = 1;
  while (camera->command != COMMAND_NONE && in_time) in_time = moment_wait(&camera->changed, &camera->lock, until);
  int code = camera->command == COMMAND_NONE ? camera->settled : LINTEL_CAMERA_PENDING;
  /* Two callers may see the end: one of them takes it. */
  int last = camera_claim(camera);
  pthread_mutex_unlock(&camera->lock);
  table_let(camera);
  if (last) camera_forget(camera);
  return code;
}
