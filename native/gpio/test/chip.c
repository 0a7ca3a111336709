/*
 * A made-up GPIO chip for tests: open, ioctl and close as whoever uses version 2 of the kernel's GPIO interface meets them,
 * by the structures of the kernel's own header. Refusals follow gpiolib-cdev.c. There is one chip with its lines, and a
 * file that is no chip; from behind, a test looks at the levels and takes part as another program.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <linux/gpio.h>

#define LINES 32
#define CHIP_FD 1000
#define OTHER_FD 1001
#define LINE_FD 2000

#define API __attribute__((visibility("default")))

struct line {
  int held;
  char consumer[GPIO_MAX_NAME_SIZE];
  uint64_t flags;
  /* As it can be measured at the pin. Nobody changes it when the line is given back. */
  int level;
};

static struct line lines[LINES];
static int unplugged;
static int denied;
static int before_v2;
static int chip_files;

static int refuse(int error) {
  errno = error;
  return -1;
}

API int chip_reset(void) {
  memset(lines, 0, sizeof lines);
  unplugged = denied = before_v2 = chip_files = 0;
  return 0;
}

API int chip_unplug(int yes) { return unplugged = yes; }
API int chip_deny(int yes) { return denied = yes; }
/* A kernel older than version 2 knows the chip and refuses the rest. */
API int chip_before_v2(int yes) { return before_v2 = yes; }
API int chip_level(int line) { return lines[line].level; }
API int chip_held(int line) { return lines[line].held; }
API int chip_files_open(void) { return chip_files; }

/* A level that somebody has left there. */
API int chip_leave(int line, int level) { return lines[line].level = level; }

API int chip_take(int line, const uint8_t *consumer) {
  lines[line].held = 1;
  strncpy(lines[line].consumer, (const char *)consumer, GPIO_MAX_NAME_SIZE - 1);
  return 0;
}

API int open(const char *path, int flags, ...) {
  (void)flags;
  if (strcmp(path, "/dev/gpiochip0") == 0) {
    if (unplugged) return refuse(ENOENT);
    if (denied) return refuse(EACCES);
    chip_files++;
    return CHIP_FD;
  }
  return strcmp(path, "/dev/null") == 0 ? OTHER_FD : refuse(ENOENT);
}

API int close(int fd) {
  if (fd == CHIP_FD) chip_files--;
  if (fd >= LINE_FD && fd < LINE_FD + LINES) lines[fd - LINE_FD].held = 0;
  return 0;
}

static int are_zero(const uint32_t *words, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (words[i] != 0) return 0;
  return 1;
}

static void put(struct line *line, int active) {
  line->level = active ^ ((line->flags & GPIO_V2_LINE_FLAG_ACTIVE_LOW) != 0);
}

static int give_line(struct gpio_v2_line_request *request) {
  const struct gpio_v2_line_config *config = &request->config;
  if (request->num_lines == 0 || request->num_lines > GPIO_V2_LINES_MAX) return refuse(EINVAL);
  if (!are_zero(request->padding, 5) || !are_zero(config->padding, 5)) return refuse(EINVAL);
  if (config->num_attrs > GPIO_V2_LINE_NUM_ATTRS_MAX) return refuse(EINVAL);
  const uint64_t both = GPIO_V2_LINE_FLAG_OUTPUT | GPIO_V2_LINE_FLAG_INPUT;
  if ((config->flags & ~(both | GPIO_V2_LINE_FLAG_ACTIVE_LOW)) != 0) return refuse(EINVAL);
  if ((config->flags & both) == both) return refuse(EINVAL);
  /* This one gives out single lines, as outputs without attributes. */
  if (request->num_lines != 1 || config->num_attrs != 0 || request->offsets[0] >= LINES) return refuse(EINVAL);
  struct line *line = &lines[request->offsets[0]];
  if (line->held) return refuse(EBUSY);
  line->held = 1;
  line->flags = config->flags;
  memcpy(line->consumer, request->consumer, GPIO_MAX_NAME_SIZE - 1);
  if (line->flags & GPIO_V2_LINE_FLAG_OUTPUT) put(line, 0);
  request->fd = LINE_FD + (int)request->offsets[0];
  return 0;
}

static int tell_line(struct gpio_v2_line_info *info) {
  if (!are_zero(info->padding, 4) || info->offset >= LINES) return refuse(EINVAL);
  const struct line *line = &lines[info->offset];
  memcpy(info->consumer, line->consumer, GPIO_MAX_NAME_SIZE);
  info->flags = line->flags | (line->held ? (uint64_t)GPIO_V2_LINE_FLAG_USED : 0);
  return 0;
}

static int set_values(struct line *line, const struct gpio_v2_line_values *values) {
  if (!line->held) return refuse(EBADF);
  if (!(line->flags & GPIO_V2_LINE_FLAG_OUTPUT)) return refuse(EPERM);
  if (values->mask != 1) return refuse(EINVAL);
  put(line, (int)(values->bits & 1));
  return 0;
}

API int ioctl(int fd, unsigned long request, ...) {
  va_list more;
  va_start(more, request);
  void *argument = va_arg(more, void *);
  va_end(more);
  if (fd == OTHER_FD) return refuse(ENOTTY);
  if (unplugged) return refuse(ENODEV);
  if (fd >= LINE_FD && fd < LINE_FD + LINES)
    return request == GPIO_V2_LINE_SET_VALUES_IOCTL ? set_values(&lines[fd - LINE_FD], argument) : refuse(EINVAL);
  if (fd != CHIP_FD) return refuse(EBADF);
  if (request == GPIO_GET_CHIPINFO_IOCTL) {
    ((struct gpiochip_info *)argument)->lines = LINES;
    return 0;
  }
  if (before_v2) return refuse(EINVAL);
  if (request == GPIO_V2_GET_LINE_IOCTL) return give_line(argument);
  return request == GPIO_V2_GET_LINEINFO_IOCTL ? tell_line(argument) : refuse(EINVAL);
}
