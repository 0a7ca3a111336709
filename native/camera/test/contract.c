/*
 * What the camera promises, asked of the form over files by C itself: run with the sanitizers of the compiler, and as the
 * first thing that an arm64 build does. Says what was broken and ends with 1, or says `ok`.
 */
#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "lintel_camera.h"

#define WAIT_MS 5000
#define EXPECT(true_thing) \
  do { \
    if (!(true_thing)) { \
      fprintf(stderr, "contract.c:%d: not so: %s\n", __LINE__, #true_thing); \
      exit(1); \
    } \
  } while (0)

static int settle(int camera) {
  int code = LINTEL_CAMERA_PENDING;
  for (int i = 0; i < 50 && code == LINTEL_CAMERA_PENDING; i++) code = lintel_camera_settle(camera, 100);
  return code;
}

static int begun(const char *id, const struct lintel_camera_shape *shape) {
  int camera = lintel_camera_open(id);
  EXPECT(camera >= 0);
  EXPECT(settle(camera) == LINTEL_CAMERA_OK);
  EXPECT(lintel_camera_configure(camera, shape) == LINTEL_CAMERA_OK);
  EXPECT(settle(camera) == LINTEL_CAMERA_OK);
  EXPECT(lintel_camera_start(camera) == LINTEL_CAMERA_OK);
  EXPECT(settle(camera) == LINTEL_CAMERA_OK);
  return camera;
}

static void end(int camera) {
  EXPECT(lintel_camera_close(camera) == LINTEL_CAMERA_OK);
  EXPECT(settle(camera) == LINTEL_CAMERA_OK);
  EXPECT(lintel_camera_settle(camera, 0) == LINTEL_CAMERA_MISUSED);
}

static struct lintel_camera_shape shape_of(uint32_t format, int32_t width, int32_t height) {
  struct lintel_camera_shape shape;
  memset(&shape, 0, sizeof shape);
  shape.format = format;
  shape.width = width;
  shape.height = height;
  shape.rate = 200000;
  return shape;
}

/* The middle of the third of eight bars is cyan in the upper half: 32, 224, 224. */
static void expect_cyan(const uint8_t *rgb, int32_t width, int32_t x, int32_t y) {
  const uint8_t *at = rgb + ((size_t)y * (size_t)width + (size_t)x) * 3;
  EXPECT(abs(at[0] - 32) < 16 && abs(at[1] - 224) < 16 && abs(at[2] - 224) < 16);
}

static void formats(void) {
  static const uint32_t all[] = {FORMAT_NV12, FORMAT_YUYV, FORMAT_MJPEG, FORMAT_RGB, FORMAT_BGR};
  uint8_t *rgb = malloc(160 * 120 * 3);
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    struct lintel_camera_shape shape = shape_of(all[i], 160, 120);
    int camera = begun("pattern?step=1", &shape);
    struct lintel_camera_frame frame;
    EXPECT(lintel_camera_take(camera, 0, rgb, 160 * 120 * 3, &frame) == LINTEL_CAMERA_OK);
    EXPECT(frame.sequence == 1 && frame.width == 160 && frame.height == 120 && frame.metered_milli > 0);
    expect_cyan(rgb, 160, 50, 30);
    EXPECT(lintel_camera_give_back(camera, frame.lease) == LINTEL_CAMERA_OK);
    EXPECT(lintel_camera_give_back(camera, frame.lease) == LINTEL_CAMERA_MISUSED);
    end(camera);
  }
  free(rgb);
}

static void turns(void) {
  static const uint32_t all[] = {FORMAT_NV12, FORMAT_YUYV, FORMAT_MJPEG, FORMAT_RGB, FORMAT_BGR};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    for (int rotation = 0; rotation < 360; rotation += 90)
      for (int mirror = 0; mirror < 2; mirror++) {
        struct lintel_camera_shape shape = shape_of(all[i], 160, 120);
        /* The zone keeps half of the picture's left half, and its size is halved. */
        shape.zone_x = 20;
        shape.zone_y = 10;
        shape.zone_width = 60;
        shape.zone_height = 40;
        int across = rotation % 180 != 0;
        int32_t width = shape.out_width = across ? 20 : 30;
        int32_t height = shape.out_height = across ? 30 : 20;
        shape.rotation = rotation;
        shape.mirror = mirror;
        int camera = begun("pattern?step=1", &shape);
        /* One byte too few in front of and behind it would be found by the sanitizer. */
        uint8_t *rgb = malloc((size_t)width * (size_t)height * 3);
        struct lintel_camera_frame frame;
        EXPECT(lintel_camera_take(camera, 0, rgb, width * height * 3, &frame) == LINTEL_CAMERA_OK);
        /* 50,20 of the picture lies at 15,5 of the flat zone. */
        int32_t x = 15, y = 5;
        int32_t turned_x = rotation == 0 ? x : rotation == 90 ? width - 1 - y : rotation == 180 ? width - 1 - x : y;
        int32_t turned_y = rotation == 0 ? y : rotation == 90 ? x : rotation == 180 ? height - 1 - y : height - 1 - x;
        expect_cyan(rgb, width, mirror ? width - 1 - turned_x : turned_x, turned_y);
        free(rgb);
        end(camera);
      }
}

static void newest_alone(void) {
  struct lintel_camera_shape shape = shape_of(FORMAT_NV12, 64, 48);
  shape.rate = 500000;
  int camera = begun("pattern", &shape);
  uint8_t rgb[64 * 48 * 3];
  struct lintel_camera_frame first, second;
  EXPECT(lintel_camera_take(camera, WAIT_MS, rgb, sizeof rgb, &first) == LINTEL_CAMERA_OK);
  EXPECT(lintel_camera_take(camera, 0, rgb, sizeof rgb, &second) == LINTEL_CAMERA_LIMIT);
  second = first;
  for (int i = 0; i < 100 && second.replaced < 3; i++) {
    usleep(20000);
    EXPECT(lintel_camera_give_back(camera, second.lease) == LINTEL_CAMERA_OK);
    EXPECT(lintel_camera_take(camera, WAIT_MS, rgb, sizeof rgb, &second) == LINTEL_CAMERA_OK);
  }
  EXPECT(second.replaced >= 3 && second.sequence > first.sequence + 3 && second.sensor_ns > first.sensor_ns);
  EXPECT(second.sensor_age_ns >= second.ready_age_ns && second.ready_age_ns >= 0);
  /* Closed with a frame out. */
  end(camera);
}

static void passed_over(void) {
  struct lintel_camera_shape shape = shape_of(FORMAT_RGB, 64, 48);
  int camera = begun("pattern?step=1", &shape);
  struct lintel_camera_frame frame;
  for (uint32_t i = 1; i < 10; i++) {
    EXPECT(lintel_camera_take(camera, 0, NULL, 0, &frame) == LINTEL_CAMERA_OK);
    EXPECT(frame.sequence == i && frame.metered_milli == -1);
  }
  EXPECT(lintel_camera_stop(camera) == LINTEL_CAMERA_OK && settle(camera) == LINTEL_CAMERA_OK);
  EXPECT(lintel_camera_take(camera, 0, NULL, 0, &frame) == LINTEL_CAMERA_MISUSED);
  EXPECT(lintel_camera_start(camera) == LINTEL_CAMERA_OK && settle(camera) == LINTEL_CAMERA_OK);
  EXPECT(lintel_camera_take(camera, 0, NULL, 0, &frame) == LINTEL_CAMERA_OK && frame.sequence == 1);
  end(camera);
}

static void failures(void) {
  char text[LINTEL_CAMERA_TEXT_BYTES_MAX];
  int camera = lintel_camera_open("/nowhere/at/all");
  EXPECT(camera >= 0 && settle(camera) == LINTEL_CAMERA_GONE);
  EXPECT(lintel_camera_text(camera, LINTEL_CAMERA_GONE, text, sizeof text) > 0 && strstr(text, "/nowhere") != NULL);
  EXPECT(lintel_camera_start(camera) == LINTEL_CAMERA_MISUSED);
  end(camera);

  struct lintel_camera_shape shape = shape_of(FORMAT_NV12, 64, 48);
  camera = begun("pattern?gone-after=3", &shape);
  struct lintel_camera_frame frame;
  int code = LINTEL_CAMERA_OK;
  for (int i = 0; i < 100 && (code == LINTEL_CAMERA_OK || code == LINTEL_CAMERA_NO_FRAME); i++)
    code = lintel_camera_take(camera, 100, NULL, 0, &frame);
  EXPECT(code == LINTEL_CAMERA_GONE);
  EXPECT(lintel_camera_open("pattern?gone-after=3") == LINTEL_CAMERA_BUSY);
  end(camera);

  camera = begun("pattern?stuck-after=1", &shape);
  EXPECT(lintel_camera_take(camera, WAIT_MS, NULL, 0, &frame) == LINTEL_CAMERA_OK);
  EXPECT(lintel_camera_take(camera, 20, NULL, 0, &frame) == LINTEL_CAMERA_NO_FRAME);
  end(camera);

  static const struct lintel_camera_shape wrong[] = {
      {.format = FOUR_CHARACTERS('A', 'B', 'C', 'D')}, {.width = 3, .height = 2}, {.width = 9000, .height = 2},
      {.width = -2, .height = -2}, {.rotation = 45}, {.mirror = 2}, {.zone_x = 2, .zone_width = 1280, .zone_height = 720},
      {.zone_x = 2147483646, .zone_width = 64, .zone_height = 48}, {.zone_x = -2, .zone_width = 64, .zone_height = 48},
      {.out_width = -1, .out_height = 5}, {.out_width = 100000, .out_height = 100000}, {.rate = -5}};
  camera = lintel_camera_open("pattern");
  EXPECT(settle(camera) == LINTEL_CAMERA_OK);
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    EXPECT(lintel_camera_configure(camera, &wrong[i]) == LINTEL_CAMERA_OK);
    EXPECT(settle(camera) == LINTEL_CAMERA_FORMAT);
    EXPECT(lintel_camera_start(camera) == LINTEL_CAMERA_MISUSED);
  }
  end(camera);
  for (int handle = -5; handle < 20; handle++) EXPECT(lintel_camera_settle(handle, 0) == LINTEL_CAMERA_MISUSED);
}

static void limits(void) {
  int cameras[LINTEL_CAMERAS_OPEN_MAX];
  for (int i = 0; i < LINTEL_CAMERAS_OPEN_MAX; i++) EXPECT((cameras[i] = lintel_camera_list()) >= 0);
  EXPECT(lintel_camera_list() == LINTEL_CAMERA_LIMIT);
  char text[4096];
  for (int i = 0; i < LINTEL_CAMERAS_OPEN_MAX; i++) {
    EXPECT(settle(cameras[i]) == LINTEL_CAMERA_OK);
    EXPECT(lintel_camera_listed(cameras[i], text, sizeof text) > 0 && strncmp(text, "camera\t", 7) == 0);
    end(cameras[i]);
  }
  /* A close that comes before the opening has settled. */
  for (int i = 0; i < 50; i++) {
    int camera = lintel_camera_open("pattern");
    EXPECT(camera >= 0 && lintel_camera_close(camera) == LINTEL_CAMERA_OK && settle(camera) == LINTEL_CAMERA_OK);
  }
  /* Closed, and nobody asks how it went. */
  for (int i = 0; i < 50; i++) {
    int camera = lintel_camera_open("");
    for (int tries = 0; camera == LINTEL_CAMERA_STUCK && tries < 1000; tries++) {
      usleep(1000);
      camera = lintel_camera_open("");
    }
    EXPECT(camera >= 0 && lintel_camera_close(camera) == LINTEL_CAMERA_OK);
  }
}

/* A device that does not come back holds nobody but its own thread, and is free again once it has. */
static void slow(void) {
  static const char id[] = "pattern?slow-ms=800";
  int camera = lintel_camera_open(id);
  int64_t before = camera_now_ns();
  EXPECT(lintel_camera_settle(camera, 10) == LINTEL_CAMERA_PENDING);
  EXPECT(lintel_camera_open(id) == LINTEL_CAMERA_BUSY);
  EXPECT(lintel_camera_close(camera) == LINTEL_CAMERA_OK);
  EXPECT(lintel_camera_settle(camera, 10) == LINTEL_CAMERA_PENDING);
  EXPECT(lintel_camera_open(id) == LINTEL_CAMERA_STUCK);
  EXPECT(camera_now_ns() - before < 800000000);
  EXPECT(settle(camera) == LINTEL_CAMERA_OK);
  camera = lintel_camera_open(id);
  EXPECT(camera >= 0 && settle(camera) == LINTEL_CAMERA_OK);
  end(camera);
}

static int handles_open(void) {
  int count = 0;
  DIR *folder = opendir("/proc/self/fd");
  while (folder != NULL && readdir(folder) != NULL) count++;
  if (folder != NULL) closedir(folder);
  return count;
}

static void *takes(void *argument) {
  int camera = *(int *)argument;
  uint8_t *rgb = malloc(64 * 48 * 3);
  struct lintel_camera_frame frame;
  int code = LINTEL_CAMERA_OK;
  while (code != LINTEL_CAMERA_MISUSED) {
    code = lintel_camera_take(camera, 5, rgb, 64 * 48 * 3, &frame);
    struct lintel_camera_controls controls = {.bias_milli = 100};
    lintel_camera_control(camera, &controls);
    if (code == LINTEL_CAMERA_OK) lintel_camera_give_back(camera, frame.lease);
  }
  free(rgb);
  return NULL;
}

/* Several threads in one camera while it storms, and while it is closed under them. */
static void storm(void) {
  int before = handles_open();
  for (int i = 0; i < 20; i++) {
    struct lintel_camera_shape shape = shape_of(i % 2 ? FORMAT_YUYV : FORMAT_MJPEG, 64, 48);
    int camera = begun("pattern?storm=1", &shape);
    pthread_t threads[3];
    for (int j = 0; j < 3; j++) EXPECT(pthread_create(&threads[j], NULL, takes, &camera) == 0);
    usleep(10000);
    EXPECT(lintel_camera_close(camera) == LINTEL_CAMERA_OK);
    EXPECT(settle(camera) == LINTEL_CAMERA_OK);
    for (int j = 0; j < 3; j++) pthread_join(threads[j], NULL);
  }
  EXPECT(handles_open() == before);
}

/* One pixel more than there is room for: what a sanitizer must find, to show that it looks. */
static void overrun(void) {
  struct lintel_camera_shape shape = shape_of(FORMAT_RGB, 64, 48);
  int camera = begun("pattern?step=1", &shape);
  uint8_t *rgb = malloc(64 * 48 * 3 - 3);
  struct lintel_camera_frame frame;
  lintel_camera_take(camera, 0, rgb, 64 * 48 * 3, &frame);
  free(rgb);
  end(camera);
}

int main(int count, char **arguments) {
  if (count > 1 && strcmp(arguments[1], "overrun") == 0) {
    overrun();
    return 0;
  }
  EXPECT(lintel_camera_abi() == LINTEL_CAMERA_ABI);
  formats();
  turns();
  newest_alone();
  passed_over();
  failures();
  limits();
  slow();
  storm();
  puts("ok");
  return 0;
}
