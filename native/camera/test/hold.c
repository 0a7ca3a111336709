/*
 * Another program with a camera: takes a frame, says how it went, and holds the camera until its input ends.
 * Usage: hold ID
 */
#include <stdio.h>
#include <string.h>

#include "lintel_camera.h"

#define WAIT_MS 10000

static int settled(int camera, int asked) {
  return asked == LINTEL_CAMERA_OK ? lintel_camera_settle(camera, WAIT_MS) : asked;
}

int main(int count, char **arguments) {
  struct lintel_camera_shape shape;
  struct lintel_camera_frame frame;
  memset(&shape, 0, sizeof shape);
  int camera = lintel_camera_open(count > 1 ? arguments[1] : "");
  int code = camera < 0 ? camera : lintel_camera_settle(camera, WAIT_MS);
  if (code == LINTEL_CAMERA_OK) code = settled(camera, lintel_camera_configure(camera, &shape));
  if (code == LINTEL_CAMERA_OK) code = settled(camera, lintel_camera_start(camera));
  if (code == LINTEL_CAMERA_OK) code = lintel_camera_take(camera, WAIT_MS, NULL, 0, &frame);
  char text[LINTEL_CAMERA_TEXT_BYTES_MAX];
  lintel_camera_text(camera, code, text, sizeof text);
  puts(text);
  fflush(stdout);
  while (getchar() != EOF) continue;
  return camera < 0 ? 1 : settled(camera, lintel_camera_close(camera));
}
