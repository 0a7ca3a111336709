/* What a form of the camera gives to the part that both share, and the other way round. Not part of the interface. */
#ifndef LINTEL_CAMERA_DEVICE_H
#define LINTEL_CAMERA_DEVICE_H

#include "lintel_camera.h"

#ifdef __cplusplus
extern "C" {
#endif

#define FOUR_CHARACTERS(a, b, c, d) ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)
#define FORMAT_NV12 FOUR_CHARACTERS('N', 'V', '1', '2')
#define FORMAT_YUYV FOUR_CHARACTERS('Y', 'U', 'Y', 'V')
#define FORMAT_MJPEG FOUR_CHARACTERS('M', 'J', 'P', 'G')
#define FORMAT_RGB FOUR_CHARACTERS('R', 'G', 'B', '3')
#define FORMAT_BGR FOUR_CHARACTERS('B', 'G', 'R', '3')

#define RAW_PLANES_MAX 2

/* Of NV12 and YUYV. JPEG carries its own. */
enum colour { COLOUR_601, COLOUR_601_FULL, COLOUR_709, COLOUR_709_FULL };

/* One frame as the device made it. */
struct raw {
  uint8_t *plane[RAW_PLANES_MAX];
  /* Bytes of each plane that may hold something of a picture: what is overwritten. */
  size_t bytes[RAW_PLANES_MAX];
  int32_t stride[RAW_PLANES_MAX];
  /* Of MJPEG: how much of the first plane the picture takes. 0 for other formats. */
  size_t used;
  enum colour colour;
  int64_t sensor_ns;
  int64_t ready_ns;
  uint32_t sequence;
  int32_t exposure_us;
  int32_t gain_milli;
};

struct camera;
struct device;

/* Called by a device from a thread of its own. It loses the frame until `device_recycle`. */
void camera_deliver(struct camera *camera, struct raw *raw);
/* Overwrites a frame that nobody is to see, or sees any more, and lets the device have it again. */
void camera_discard(struct camera *camera, struct raw *raw);
/* The device will deliver nothing more. `why` is copied; NULL where `camera_says` has told it. */
void camera_fail(struct camera *camera, int code, const char *why);
/* What `lintel_camera_text` says behind a code. `camera` is passed on by the functions below. Returns the code. */
int camera_says(struct camera *camera, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));
int64_t camera_now_ns(void);
/* Overwrites memory in a way that no compiler leaves out. */
void camera_wipe(void *memory, size_t bytes);
/* The bytes that a picture of this format takes, MJPEG at its worst. 0 for a format that is not known. */
size_t camera_picture_bytes(uint32_t format, int32_t width, int32_t height);

/* Implemented by each form. Called one at a time for each device, but for `device_recycle` and `device_control`. */
const char *device_library(void);
int device_list(struct camera *camera, char *text, size_t bytes);
int device_open(struct camera *camera, const char *id, struct device **device);
/* Fills in format, width, height and rate as they will be. */
int device_configure(struct device *device, struct lintel_camera_shape *shape);
/* Where it fails the device delivers nothing any more, and has overwritten what it had. */
int device_start(struct device *device);
/* Takes a frame back, overwritten or never looked at. Does not block. */
void device_recycle(struct device *device, struct raw *raw);
/* Before and after the processor looks at a frame, for memory that needs it. */
void device_access(struct device *device, struct raw *raw, int begin);
/* Somebody waits for a frame and there is none. */
void device_poke(struct device *device);
int device_control(struct device *device, const struct lintel_camera_controls *controls);
/* Delivers nothing any more once it has returned, and overwrites what it has. */
void device_stop(struct device *device);
/* Also of a device that is gone. Every file that it had is closed once it has returned. */
void device_close(struct device *device);

#ifdef __cplusplus
}
#endif
#endif
