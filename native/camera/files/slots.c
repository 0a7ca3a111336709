/* Memory for a few frames in a file without a name, as a camera's driver would give it. */
#include "slots.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE_BYTES 4096

int slots_open(struct slots *slots, const struct lintel_camera_shape *shape) {
  size_t pixels = (size_t)shape->width * (size_t)shape->height;
  size_t picture = camera_picture_bytes(shape->format, shape->width, shape->height);
  size_t each = (picture + PAGE_BYTES - 1) & ~(size_t)(PAGE_BYTES - 1);
  memset(slots, 0, sizeof *slots);
  slots->bytes = each * SLOTS;
  slots->file = memfd_create("lintel-camera", MFD_CLOEXEC);
  if (slots->file < 0 || ftruncate(slots->file, (off_t)slots->bytes) != 0) return 0;
  void *memory = mmap(NULL, slots->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, slots->file, 0);
  if (memory == MAP_FAILED) return 0;
  slots->memory = memory;
  for (size_t i = 0; i < SLOTS; i++) {
    struct raw *raw = &slots->raw[i];
    raw->plane[0] = slots->memory + each * i;
    raw->bytes[0] = each;
    raw->stride[0] = shape->format == FORMAT_NV12 ? shape->width : shape->width * (shape->format == FORMAT_YUYV ? 2 : 3);
    if (shape->format != FORMAT_NV12) continue;
    raw->bytes[0] = pixels;
    raw->plane[1] = raw->plane[0] + pixels;
    raw->bytes[1] = pixels / 2;
    raw->stride[1] = shape->width;
  }
  return 1;
}

struct raw *slots_take(struct slots *slots) {
  for (int i = 0; i < SLOTS; i++) {
    if (slots->taken[i]) continue;
    slots->taken[i] = 1;
    return &slots->raw[i];
  }
  return NULL;
}

void slots_give_back(struct slots *slots, const struct raw *raw) {
  slots->taken[raw - slots->raw] = 0;
}

void slots_wipe(struct slots *slots) {
  if (slots->memory != NULL) camera_wipe(slots->memory, slots->bytes);
}

void slots_close(struct slots *slots) {
  slots_wipe(slots);
  if (slots->memory != NULL) munmap(slots->memory, slots->bytes);
  if (slots->file >= 0) close(slots->file);
  slots->memory = NULL;
  slots->file = -1;
}
