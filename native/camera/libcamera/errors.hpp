/* What libcamera's errors, which are negative numbers of errno, are by our codes. */
#ifndef LINTEL_CAMERA_ERRORS_HPP
#define LINTEL_CAMERA_ERRORS_HPP

#include <cerrno>
#include <cstring>

#include "../device.h"

inline int code_of(int error) {
  switch (-error) {
    case EBUSY:
      return LINTEL_CAMERA_BUSY;
    case EACCES:
    case EPERM:
      return LINTEL_CAMERA_DENIED;
    case ENODEV:
    case ENOENT:
    case ENXIO:
      return LINTEL_CAMERA_GONE;
    case EINVAL:
      return LINTEL_CAMERA_FORMAT;
    default:
      return LINTEL_CAMERA_SYSTEM;
  }
}

inline int says(struct camera *camera, const char *what, int error) {
  return camera_says(camera, code_of(error), "%s: %s", what, strerror(-error));
}

#endif
