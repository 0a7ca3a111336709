/* What the gate wants of the sensor, as libcamera's controls. */
#include "controls.hpp"

#include <array>

#include "versions.hpp"

using namespace libcamera;

namespace {

template <typename Id, typename Value>
void set_known(ControlList &list, const ControlInfoMap &known, const Id &id, const Value &value) {
  if (known.find(&id) != known.end()) list.set(id, value);
}

}  // namespace

ControlList controls_of(const Camera &unit, const struct lintel_camera_controls &asked, int32_t rate) {
  const ControlInfoMap &known = unit.controls();
  ControlList list(known);
  const int64_t duration_us = int64_t{1000000000} / rate;
  const std::array<int64_t, 2> limits = {duration_us, duration_us};
  set_known(list, known, controls::FrameDurationLimits, Span<const int64_t, 2>(limits));
  versions::expose(list, known, asked.exposure_us == 0, asked.gain_milli == 0);
  if (asked.exposure_us > 0) set_known(list, known, controls::ExposureTime, asked.exposure_us);
  if (asked.gain_milli > 0) set_known(list, known, controls::AnalogueGain, static_cast<float>(asked.gain_milli) / 1000);
  set_known(list, known, controls::ExposureValue, static_cast<float>(asked.bias_milli) / 1000);
  set_known(list, known, controls::AwbEnable, asked.white_kelvin == 0);
  if (asked.white_kelvin > 0) set_known(list, known, controls::ColourTemperature, asked.white_kelvin);
  set_known(list, known, controls::AfMode, static_cast<int32_t>(controls::AfModeContinuous));
  return list;
}
