/*
 * One camera that is open, or being opened, or a list that is being made: what the parts of this folder know of it. Each
 * part says which fields are its own; all of them are looked at with the lock held, but for those of the table.
 *
 * Locks are taken in this order: the table's, a device's own, a camera's. A device is called with none of ours held.
 */
#ifndef LINTEL_CAMERA_CAMERA_H
#define LINTEL_CAMERA_CAMERA_H

#include <pthread.h>

#include "convert.h"
#include "device.h"
#include "frames.h"

#define LIST_BYTES_MAX 65536

enum command { COMMAND_NONE, COMMAND_LIST, COMMAND_OPEN, COMMAND_CONFIGURE, COMMAND_START, COMMAND_STOP, COMMAND_CLOSE };

struct camera {
  /* Of the table, by its lock: how many calls have this memory in their hands. */
  int handle;
  int held;

  char id[LINTEL_CAMERA_ID_BYTES_MAX];
  pthread_mutex_t lock;
  pthread_cond_t changed;
  char says[LINTEL_CAMERA_TEXT_BYTES_MAX];
  /* Of a list alone. */
  char *list;

  /* Of the thread: what it does now, and how the last thing went. Whatever it writes is its own while it does something. */
  pthread_t thread;
  enum command command;
  int settled;
  /* A close that came while something else was being done waits for its turn. */
  int close_wanted;
  int closed;
  /* Somebody has found it closed and takes it away. */
  int claimed;
  struct device *device;
  struct lintel_camera_shape shape;
  int configured;

  struct conversion conversion;
  struct frames frames;
  struct lintel_camera_controls controls;
};

/* The camera's thread: performs one command at a time until the camera is closed. `argument` is the camera. */
void *thread_work(void *argument);
/* Whether the caller is the one who takes a closed camera away. With the lock held. */
int camera_claim(struct camera *camera);
/* Of a closed camera that was claimed: its handle means nothing any more, and its memory is gone. */
void camera_forget(struct camera *camera);
/* What a code of the interface means. */
const char *code_meaning(int code);

#endif
