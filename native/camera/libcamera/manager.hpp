/* libcamera's one camera manager, and what it finds. */
#ifndef LINTEL_CAMERA_MANAGER_HPP
#define LINTEL_CAMERA_MANAGER_HPP

#include <memory>
#include <string>

#include <libcamera/libcamera.h>

#include "../device.h"

/* 0, or a negative number of errno. Whatever was found by it must be let go before the manager is. */
int manager_take();
void manager_let();
/* The camera of this id, acquired, or the first one where the id is empty. Returns a code; `camera` is told why. */
int manager_acquire(struct camera *camera, const char *id, std::shared_ptr<libcamera::Camera> &unit);

#endif
