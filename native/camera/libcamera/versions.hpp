/*
 * What differs between the libcamera of Debian 12 (0.0.3) and later ones, up to 0.5 and the first after it. The only
 * place that asks for a version.
 */
#ifndef LINTEL_CAMERA_VERSIONS_HPP
#define LINTEL_CAMERA_VERSIONS_HPP

#include <memory>
#include <string>

#include <libcamera/libcamera.h>
#include <libcamera/version.h>

namespace versions {

constexpr int at(int major, int minor, int patch) {
  return (major * 1000 + minor) * 1000 + patch;
}

#define LINTEL_LIBCAMERA ((LIBCAMERA_VERSION_MAJOR * 1000 + LIBCAMERA_VERSION_MINOR) * 1000 + LIBCAMERA_VERSION_PATCH)

inline std::string name() {
  return "libcamera " + std::to_string(LIBCAMERA_VERSION_MAJOR) + "." + std::to_string(LIBCAMERA_VERSION_MINOR) + "." +
         std::to_string(LIBCAMERA_VERSION_PATCH);
}

/* Roles are a vector in 0.0.3 and a span from 0.1 on; both are made of a list in braces. */
inline std::unique_ptr<libcamera::CameraConfiguration> generate(libcamera::Camera &camera) {
  return camera.generateConfiguration({libcamera::StreamRole::Viewfinder});
}

/* The picture as the camera hangs: a transform before 0.2, an orientation from there on. */
inline void upright(libcamera::CameraConfiguration &configuration) {
#if LINTEL_LIBCAMERA < 2000
  configuration.transform = libcamera::Transform::Identity;
#else
  configuration.orientation = libcamera::Orientation::Rotate0;
#endif
}

/* Texts are strings, or from 0.4 on views of them. */
template <typename Text>
std::string text(const Text &found) {
  return std::string(found.begin(), found.end());
}

/*
 * Automatic exposure or these numbers. Before 0.5 one switch, which a gain that is given leaves on: a USB camera would
 * keep the exposure that it happens to have. From there on a mode for each, behind which the one switch means both.
 */
inline void expose(libcamera::ControlList &list, const libcamera::ControlInfoMap &known, bool automatic_exposure,
                   bool automatic_gain) {
#if LINTEL_LIBCAMERA >= 5000
  if (known.find(&libcamera::controls::ExposureTimeMode) != known.end())
    list.set(libcamera::controls::ExposureTimeMode, automatic_exposure ? libcamera::controls::ExposureTimeModeAuto
                                                                       : libcamera::controls::ExposureTimeModeManual);
  if (known.find(&libcamera::controls::AnalogueGainMode) != known.end())
    list.set(libcamera::controls::AnalogueGainMode, automatic_gain ? libcamera::controls::AnalogueGainModeAuto
                                                                   : libcamera::controls::AnalogueGainModeManual);
#else
  if (known.find(&libcamera::controls::AeEnable) != known.end())
    list.set(libcamera::controls::AeEnable, automatic_exposure);
  static_cast<void>(automatic_gain);
#endif
}

}  // namespace versions

#endif
