/*
 * The camera of the gate: one C interface in two forms, over libcamera and over files (a test pattern, a folder of
 * pictures). Everything that may take longer than a frame (opening, starting, closing a device) runs on a thread of the
 * camera's own: the call only asks for it, and `lintel_camera_settle` tells how it went. So no thread of the caller is
 * held longer than it said itself.
 *
 * Every function may be called from any thread. Numbers below zero are codes of `enum lintel_camera_code`. Structures
 * hold whole numbers of fixed width without padding; texts are UTF-8 and end with a zero byte.
 *
 * The order: open, settle, configure, settle, start, settle, then take and give back as often as wanted, controls at any
 * time; stop, settle, close, settle. Close does what stop would have done. After close has settled the handle is gone,
 * and so are the files of the device.
 */
#ifndef LINTEL_CAMERA_H
#define LINTEL_CAMERA_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LINTEL_CAMERA_API __attribute__((visibility("default")))
#define LINTEL_CAMERA_ABI 1
/* Cameras that are open at a time, listings included. */
#define LINTEL_CAMERAS_OPEN_MAX 8
#define LINTEL_CAMERA_ID_BYTES_MAX 512
#define LINTEL_CAMERA_TEXT_BYTES_MAX 512
/* No side of a picture is longer. */
#define LINTEL_CAMERA_SIDE_MAX 8192

enum lintel_camera_code {
  LINTEL_CAMERA_OK = 0,
  /* What was asked for last is still being done. */
  LINTEL_CAMERA_PENDING = -1,
  /* No frame came within the wait. */
  LINTEL_CAMERA_NO_FRAME = -2,
  /* There is no such camera, or it was unplugged. */
  LINTEL_CAMERA_GONE = -3,
  /* Another program, or another handle, has it. */
  LINTEL_CAMERA_BUSY = -4,
  LINTEL_CAMERA_DENIED = -5,
  /* The camera has no such mode, or the zone does not lie within it. */
  LINTEL_CAMERA_FORMAT = -6,
  /* A frame came that cannot be read. */
  LINTEL_CAMERA_DAMAGED = -7,
  /* A call into the device has not come back: the camera cannot be opened again before it does. */
  LINTEL_CAMERA_STUCK = -8,
  /* A broken promise of the caller: a handle that is not open, a wrong order, a buffer too small. */
  LINTEL_CAMERA_MISUSED = -9,
  /* Too many cameras, or too many frames, are out. */
  LINTEL_CAMERA_LIMIT = -10,
  /* The operating system or the library failed otherwise; the text says how. */
  LINTEL_CAMERA_SYSTEM = -11,
};

/* What is wanted, and what was given. Positions and sizes of the zone are pixels of the device's picture. */
struct lintel_camera_shape {
  /* FourCC as V4L2 writes it: NV12, YUYV, MJPG, RGB3 (bytes R, G, B), BGR3. 0: whichever the camera does best. */
  uint32_t format;
  /* Of the device's picture. */
  int32_t width;
  int32_t height;
  /* Frames in a thousand seconds. */
  int32_t rate;
  /* The capture zone: nothing outside of it leaves the shim. A width of 0: all. Even numbers; odd ones are rounded down. */
  int32_t zone_x;
  int32_t zone_y;
  int32_t zone_width;
  int32_t zone_height;
  /* Of the frames that are handed out, after rotation. A width of 0: as the zone is. */
  int32_t out_width;
  int32_t out_height;
  /* Clockwise: 0, 90, 180, 270. */
  int32_t rotation;
  /* 1: left and right are exchanged, after the rotation. */
  int32_t mirror;
};

struct lintel_camera_controls {
  /* Frames in a thousand seconds; 0: as configured. */
  int32_t rate;
  /* 0: automatic. */
  int32_t exposure_us;
  /* In thousandths; 0: automatic. */
  int32_t gain_milli;
  /* In thousandths of a stop, added to what the automatic exposure finds. */
  int32_t bias_milli;
  /* Colour temperature in kelvin; 0: automatic. */
  int32_t white_kelvin;
  /* Where brightness is measured, in pixels of the frame that is handed out. A width of 0: all of it. */
  int32_t meter_x;
  int32_t meter_y;
  int32_t meter_width;
  int32_t meter_height;
};

struct lintel_camera_frame {
  /*
   * When the sensor began with it, by CLOCK_MONOTONIC. Frames of two cameras are compared by it. A device that does not
   * tell has made it when the call came back.
   */
  int64_t sensor_ns;
  /* How long ago that was, and how long ago the frame lay ready, when the call came back. */
  int64_t sensor_age_ns;
  int64_t ready_age_ns;
  /* Counts every frame that the device made. */
  uint32_t sequence;
  /* What `lintel_camera_give_back` wants. */
  int32_t lease;
  int32_t width;
  int32_t height;
  /* 0: not known. */
  int32_t exposure_us;
  int32_t gain_milli;
  /* Mean brightness where it is measured, 0 to 255000; -1 where the frame was passed over. */
  int32_t metered_milli;
  /* Frames since the start that came and were replaced by a newer one before anybody took them. */
  uint32_t replaced;
};

/* LINTEL_CAMERA_ABI of this library. */
LINTEL_CAMERA_API int lintel_camera_abi(void);

/* `libcamera 0.0.3` or `files`. Returns the bytes written without the zero. */
LINTEL_CAMERA_API int lintel_camera_library(char *text, int bytes);

/*
 * What a code means, and behind it what this camera said last. `camera` may be -1, or gone.
 * Returns the bytes written without the zero.
 */
LINTEL_CAMERA_API int lintel_camera_text(int camera, int code, char *text, int bytes);

/*
 * Asks for the list of cameras. Returns a handle; once it has settled `lintel_camera_listed` gives the list, and
 * `lintel_camera_close` ends it.
 */
LINTEL_CAMERA_API int lintel_camera_list(void);

/*
 * One line a camera, `camera`, id and model, followed by one line for each of its modes, `mode`, FourCC, width and
 * height; fields are separated by tabs. Returns the bytes written without the zero.
 */
LINTEL_CAMERA_API int lintel_camera_listed(int list, char *text, int bytes);

/*
 * Asks for a camera to be opened, and returns its handle. An empty id means the first camera that there is. In the form over files the id is `pattern` or the path of a
 * folder with JPEG pictures, followed by options: `?step=1` makes one frame at each take instead of at a rate,
 * `?storm=1` makes them without a pause, `?stuck-after=N` and `?gone-after=N` fail after so many frames, `?slow-ms=N` takes so long to
 * open; `&` separates.
 */
LINTEL_CAMERA_API int lintel_camera_open(const char *id);

/* Asks for a mode, zone and turn. `lintel_camera_given` tells what was given, once this has settled. */
LINTEL_CAMERA_API int lintel_camera_configure(int camera, const struct lintel_camera_shape *asked);
LINTEL_CAMERA_API int lintel_camera_given(int camera, struct lintel_camera_shape *given);

/* From one of the next frames on. What the camera does not know is passed over. Does not wait. */
LINTEL_CAMERA_API int lintel_camera_control(int camera, const struct lintel_camera_controls *controls);

LINTEL_CAMERA_API int lintel_camera_start(int camera);

/*
 * How the last thing asked for went, waiting for it at most so long. LINTEL_CAMERA_PENDING: not yet. After
 * close has settled the handle means nothing any more; where nobody asked, that is so from the next open or list on.
 */
LINTEL_CAMERA_API int lintel_camera_settle(int camera, int wait_ms);

/*
 * Leases the newest frame that nobody took yet, waiting for one at most so long, and writes it as RGB: three bytes a
 * pixel, rows without padding, `out_width * out_height * 3` bytes. Without a buffer (0 bytes) the frame is passed over
 * and nothing is leased. At most one frame is leased; with the newest that makes two in flight.
 */
LINTEL_CAMERA_API int lintel_camera_take(int camera, int wait_ms, uint8_t *rgb, int64_t bytes, struct lintel_camera_frame *frame);

/* Overwrites what the shim still has of the frame and gives its buffer back to the device. */
LINTEL_CAMERA_API int lintel_camera_give_back(int camera, int lease);

/* Asks for the end of the frames. Everything that was not given back is overwritten. */
LINTEL_CAMERA_API int lintel_camera_stop(int camera);

/* Asks for the end of the camera. Also while it opens or fails. */
LINTEL_CAMERA_API int lintel_camera_close(int camera);

#ifdef __cplusplus
}
#endif
#endif
