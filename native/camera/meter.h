/* How bright a frame is where somebody's face is. */
#ifndef LINTEL_CAMERA_METER_H
#define LINTEL_CAMERA_METER_H

#include "lintel_camera.h"

/* In thousandths of 0 to 255, over the part of the frame that the controls name or over all of it; -1 where that is empty. */
int32_t metered_milli(const uint8_t *rgb, int32_t width, int32_t height, const struct lintel_camera_controls *at);

#endif
