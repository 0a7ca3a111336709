/* The codes of the interface in words. */
#include "camera.h"

const char *code_meaning(int code) {
  switch (code) {
    case LINTEL_CAMERA_OK:
      return "done";
    case LINTEL_CAMERA_PENDING:
      return "still being done";
    case LINTEL_CAMERA_NO_FRAME:
      return "no frame";
    case LINTEL_CAMERA_GONE:
      return "no such camera, or unplugged";
    case LINTEL_CAMERA_BUSY:
      return "another program has the camera";
    case LINTEL_CAMERA_DENIED:
      return "no permission to open the camera";
    case LINTEL_CAMERA_FORMAT:
      return "the camera has no such mode";
    case LINTEL_CAMERA_DAMAGED:
      return "a frame that cannot be read";
    case LINTEL_CAMERA_STUCK:
      return "a call into the camera has not come back";
    case LINTEL_CAMERA_MISUSED:
      return "called in a wrong way";
    case LINTEL_CAMERA_LIMIT:
      return "too many cameras or frames out";
    case LINTEL_CAMERA_SYSTEM:
      return "the system failed";
    default:
      return "an unknown code";
  }
}
