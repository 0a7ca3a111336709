/* A camera from its opening to the day it is forgotten, and what may be asked of it at any time. */
#include "camera.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "moment.h"
#include "table.h"

int camera_says(struct camera *camera, int code, const char *format, ...) {
  va_list list;
  va_start(list, format);
  pthread_mutex_lock(&camera->lock);
  vsnprintf(camera->says, sizeof camera->says, format, list);
  pthread_mutex_unlock(&camera->lock);
  va_end(list);
  return code;
}

void camera_wipe(void *memory, size_t bytes) {
  explicit_bzero(memory, bytes);
}

static struct camera *create(const char *id, enum command first) {
  struct camera *camera = calloc(1, sizeof *camera);
  char *list = first == COMMAND_LIST ? calloc(1, LIST_BYTES_MAX) : NULL;
  if (camera == NULL || (first == COMMAND_LIST && list == NULL)) {
    free(list);
    free(camera);
    return NULL;
  }
  snprintf(camera->id, sizeof camera->id, "%s", id);
  camera->command = first;
  camera->list = list;
  pthread_mutex_init(&camera->lock, NULL);
  moment_condition(&camera->changed);
  return camera;
}

static void destroy(struct camera *camera) {
  pthread_cond_destroy(&camera->changed);
  pthread_mutex_destroy(&camera->lock);
  free(camera->list);
  free(camera);
}

void camera_forget(struct camera *camera) {
  table_remove(camera);
  /* It has closed: it ends now. */
  pthread_join(camera->thread, NULL);
  destroy(camera);
}

static int begin(const char *id, enum command first) {
  for (struct camera *late; (late = table_claim_late()) != NULL;) camera_forget(late);
  struct camera *camera = create(id, first);
  if (camera == NULL) return LINTEL_CAMERA_SYSTEM;
  int code = table_add(camera);
  /* Nobody knows the handle yet. */
  int handle = camera->handle;
  if (code == LINTEL_CAMERA_OK && pthread_create(&camera->thread, NULL, thread_work, camera) != 0) {
    table_remove(camera);
    code = LINTEL_CAMERA_SYSTEM;
  }
  if (code == LINTEL_CAMERA_OK) return handle;
  destroy(camera);
  return code;
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

int lintel_camera_text(int handle, int code, char *text, int bytes) {
  char whole[LINTEL_CAMERA_TEXT_BYTES_MAX * 2];
  snprintf(whole, sizeof whole, "%s", code_meaning(code));
  struct camera *camera = table_hold(handle);
  if (camera != NULL) {
    pthread_mutex_lock(&camera->lock);
    if (camera->says[0] != 0) snprintf(whole, sizeof whole, "%s: %s", code_meaning(code), camera->says);
    pthread_mutex_unlock(&camera->lock);
    table_let(camera);
  }
  return put(text, bytes, whole);
}

int lintel_camera_list(void) {
  return begin("", COMMAND_LIST);
}

int lintel_camera_listed(int handle, char *text, int bytes) {
  struct camera *camera = table_hold(handle);
  if (camera == NULL) return LINTEL_CAMERA_MISUSED;
  pthread_mutex_lock(&camera->lock);
  int ready = camera->list != NULL && camera->command == COMMAND_NONE;
  pthread_mutex_unlock(&camera->lock);
  int code = ready ? put(text, bytes, camera->list) : LINTEL_CAMERA_MISUSED;
  table_let(camera);
  return code;
}

int lintel_camera_open(const char *id) {
  if (id == NULL || strlen(id) >= LINTEL_CAMERA_ID_BYTES_MAX) return LINTEL_CAMERA_MISUSED;
  return begin(id, COMMAND_OPEN);
}

int lintel_camera_given(int handle, struct lintel_camera_shape *given) {
  struct camera *camera = table_hold(handle);
  if (camera == NULL) return LINTEL_CAMERA_MISUSED;
  pthread_mutex_lock(&camera->lock);
  int code = camera->configured && given != NULL ? LINTEL_CAMERA_OK : LINTEL_CAMERA_MISUSED;
  if (code == LINTEL_CAMERA_OK) *given = camera->shape;
  pthread_mutex_unlock(&camera->lock);
  table_let(camera);
  return code;
}

int lintel_camera_control(int handle, const struct lintel_camera_controls *controls) {
  struct camera *camera = controls == NULL ? NULL : table_hold(handle);
  if (camera == NULL) return LINTEL_CAMERA_MISUSED;
  pthread_mutex_lock(&camera->lock);
  int running = camera->frames.running;
  if (running) {
    camera->controls = *controls;
    camera->frames.inside++;
  }
  pthread_mutex_unlock(&camera->lock);
  int code = running ? device_control(camera->device, controls) : LINTEL_CAMERA_MISUSED;
  if (running) frames_leave(camera);
  table_let(camera);
  return code;
}
