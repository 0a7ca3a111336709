/*
 * Loads the shim as the gate does, by its file and the names of its functions, and takes one frame: whether a build for
 * another machine is whole. Usage: load FILE
 */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "lintel_camera.h"

#define BYTES (64 * 48 * 3)

static void *library;

static void *function(const char *name) {
  void *found = dlsym(library, name);
  if (found == NULL) fprintf(stderr, "no %s\n", name);
  return found;
}

int main(int count, char **arguments) {
  library = count > 1 ? dlopen(arguments[1], RTLD_NOW) : NULL;
  if (library == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  int (*open)(const char *) = function("lintel_camera_open");
  int (*settle)(int, int) = function("lintel_camera_settle");
  int (*configure)(int, const struct lintel_camera_shape *) = function("lintel_camera_configure");
  int (*start)(int) = function("lintel_camera_start");
  int (*take)(int, int, uint8_t *, int64_t, struct lintel_camera_frame *) = function("lintel_camera_take");
  int (*give_back)(int, int) = function("lintel_camera_give_back");
  int (*close)(int) = function("lintel_camera_close");
  if (!open || !settle || !configure || !start || !take || !give_back || !close) return 1;
  struct lintel_camera_shape shape;
  memset(&shape, 0, sizeof shape);
  shape.width = 64;
  shape.height = 48;
  static uint8_t rgb[BYTES];
  struct lintel_camera_frame frame;
  int camera = open("pattern?step=1");
  int done = camera >= 0 && settle(camera, 10000) == 0 && configure(camera, &shape) == 0 && settle(camera, 10000) == 0 &&
             start(camera) == 0 && settle(camera, 10000) == 0 && take(camera, 1000, rgb, BYTES, &frame) == 0 &&
             frame.sequence == 1 && rgb[0] != 0 && give_back(camera, frame.lease) == 0 && close(camera) == 0 &&
             settle(camera, 10000) == 0;
  puts(done ? "ok" : "no frame");
  return done ? 0 : 1;
}
