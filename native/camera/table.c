/* The table of handles. Its lock comes before that of any camera. */
#include "table.h"

#include <pthread.h>
#include <string.h>

#include "camera.h"

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t let_go = PTHREAD_COND_INITIALIZER;
static struct camera *table[LINTEL_CAMERAS_OPEN_MAX];
static int handles_given;

/* BUSY where another handle has the camera, STUCK where that one is being closed and does not come back. */
static int taken_by_other(const struct camera *camera) {
  for (int i = 0; i < LINTEL_CAMERAS_OPEN_MAX; i++) {
    struct camera *other = table[i];
    if (other == NULL || other->list != NULL || strcmp(other->id, camera->id) != 0) continue;
    pthread_mutex_lock(&other->lock);
    int closed = other->closed;
    int closing = other->close_wanted;
    pthread_mutex_unlock(&other->lock);
    if (!closed) return closing ? LINTEL_CAMERA_STUCK : LINTEL_CAMERA_BUSY;
  }
  return LINTEL_CAMERA_OK;
}

/* Handles grow, so that an old one never means another camera; the low part is the place in the table. */
int table_add(struct camera *camera) {
  pthread_mutex_lock(&table_lock);
  int place = 0;
  while (place < LINTEL_CAMERAS_OPEN_MAX && table[place] != NULL) place++;
  int code = place == LINTEL_CAMERAS_OPEN_MAX ? LINTEL_CAMERA_LIMIT : LINTEL_CAMERA_OK;
  if (code == LINTEL_CAMERA_OK && camera->list == NULL) code = taken_by_other(camera);
  if (code == LINTEL_CAMERA_OK) {
    handles_given = (handles_given + 1) % 100000000;
    camera->handle = handles_given * LINTEL_CAMERAS_OPEN_MAX + place;
    table[place] = camera;
  }
  pthread_mutex_unlock(&table_lock);
  return code;
}

struct camera *table_hold(int handle) {
  if (handle < 0) return NULL;
  pthread_mutex_lock(&table_lock);
  struct camera *camera = table[handle % LINTEL_CAMERAS_OPEN_MAX];
  if (camera != NULL && camera->handle != handle) camera = NULL;
  if (camera != NULL) camera->held++;
  pthread_mutex_unlock(&table_lock);
  return camera;
}

void table_let(struct camera *camera) {
  pthread_mutex_lock(&table_lock);
  camera->held--;
  pthread_cond_broadcast(&let_go);
  pthread_mutex_unlock(&table_lock);
}

struct camera *table_claim_late(void) {
  struct camera *late = NULL;
  pthread_mutex_lock(&table_lock);
  for (int i = 0; i < LINTEL_CAMERAS_OPEN_MAX && late == NULL; i++) {
    struct camera *camera = table[i];
    if (camera == NULL) continue;
    pthread_mutex_lock(&camera->lock);
    if (camera_claim(camera)) late = camera;
    pthread_mutex_unlock(&camera->lock);
  }
  pthread_mutex_unlock(&table_lock);
  return late;
}

void table_remove(struct camera *camera) {
  pthread_mutex_lock(&table_lock);
  table[camera->handle % LINTEL_CAMERAS_OPEN_MAX] = NULL;
  while (camera->held > 0) pthread_cond_wait(&let_go, &table_lock);
  pthread_mutex_unlock(&table_lock);
}
