/* What the gate wants of the sensor, as libcamera's controls. */
#ifndef LINTEL_CAMERA_CONTROLS_HPP
#define LINTEL_CAMERA_CONTROLS_HPP

#include <libcamera/libcamera.h>

#include "../device.h"

/* Of what the camera knows; the rest is passed over. `rate` in frames in a thousand seconds. */
libcamera::ControlList controls_of(const libcamera::Camera &unit, const struct lintel_camera_controls &asked, int32_t rate);

#endif
