/* The camera manager's life, the list of cameras, and why there may be none. */
#include "manager.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <mutex>

#include "errors.hpp"
#include "formats.hpp"
#include "versions.hpp"

using namespace libcamera;

namespace {

/*
 * One manager a process, there while a camera is open or being listed: some pipelines keep their device open for as long
 * as it is. A plain pointer: a program that ends with its camera open must not take the manager away from its threads.
 */
std::mutex manager_lock;
CameraManager *manager = nullptr;
int manager_wanted = 0;

/*
 * What goes wrong is told by codes; the rest of libcamera's log is for those who write it, most of all two lines a frame
 * where it has no dma-buf and memory of ours instead. It reads this when it logs first. While a library is being loaded
 * nobody else looks at the environment.
 */
__attribute__((constructor)) void quieten() {
  setenv("LIBCAMERA_LOG_LEVELS", "*:ERROR,DmaBufAllocator:FATAL", 0);
}

std::string model_of(const Camera &camera) {
  auto model = camera.properties().get(properties::Model);
  return model ? versions::text(*model) : camera.id();
}

/* A file that lies there and may not be opened: libcamera finds no camera then, and says so in its log alone. */
std::string forbidden() {
  std::error_code none;
  for (const auto &entry : std::filesystem::directory_iterator("/dev", none)) {
    const std::string name = entry.path().filename();
    bool is_camera = name.rfind("media", 0) == 0 || name.rfind("video", 0) == 0;
    if (is_camera && access(entry.path().c_str(), R_OK | W_OK) != 0 && errno == EACCES) return entry.path();
  }
  return "";
}

}  // namespace

const char *device_library(void) {
  static const std::string name = versions::name();
  return name.c_str();
}

int manager_take() {
  std::lock_guard<std::mutex> hold(manager_lock);
  if (manager_wanted == 0) {
    manager = new CameraManager;
    int failed = manager->start();
    if (failed != 0) {
      delete manager;
      manager = nullptr;
      return failed;
    }
  }
  manager_wanted++;
  return 0;
}

void manager_let() {
  std::lock_guard<std::mutex> hold(manager_lock);
  if (--manager_wanted > 0) return;
  manager->stop();
  delete manager;
  manager = nullptr;
}

int manager_acquire(struct camera *camera, const char *id, std::shared_ptr<Camera> &unit) {
  auto all = manager->cameras();
  if (id[0] != 0) unit = manager->get(id);
  else if (!all.empty()) unit = all.front();
  std::string closed = unit == nullptr && all.empty() ? forbidden() : "";
  if (!closed.empty()) return camera_says(camera, LINTEL_CAMERA_DENIED, "%s; the group video may", closed.c_str());
  if (unit == nullptr) return camera_says(camera, LINTEL_CAMERA_GONE, "%s of %zu found", id[0] ? id : "none", all.size());
  int failed = unit->acquire();
  return failed == 0 ? LINTEL_CAMERA_OK : says(camera, unit->id().c_str(), failed);
}

int device_list(struct camera *camera, char *text, size_t bytes) {
  int failed = manager_take();
  /* A kernel that knows nothing of cameras has none. */
  if (failed == -ENODEV) return LINTEL_CAMERA_OK;
  if (failed != 0) return says(camera, "camera manager", failed);
  std::string list;
  for (const std::shared_ptr<Camera> &unit : manager->cameras()) {
    list += "camera\t" + unit->id() + "\t" + model_of(*unit) + "\n";
    auto configuration = versions::generate(*unit);
    if (configuration == nullptr || configuration->empty()) continue;
    const StreamFormats &available = configuration->at(0).formats();
    for (const KnownFormat &format : known_formats())
      for (const Size &size : available.sizes(format.theirs))
        list += "mode\t" + std::string(reinterpret_cast<const char *>(&format.ours), 4) + "\t" +
                std::to_string(size.width) + "\t" + std::to_string(size.height) + "\n";
  }
  manager_let();
  /* Half a line would be a mode that no camera has. */
  if (list.size() >= bytes) list.resize(list.rfind('\n', bytes - 2) + 1);
  snprintf(text, bytes, "%s", list.c_str());
  return LINTEL_CAMERA_OK;
}
