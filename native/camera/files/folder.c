/* Opens a folder so that nobody else has it meanwhile, and reads its pictures in the order of their names. */
#include "folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <unistd.h>

#define PICTURES_MAX 100000
#define PICTURE_FILE_BYTES_MAX (32 << 20)

static int code_of(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
    case ENODEV:
      return LINTEL_CAMERA_GONE;
    case EACCES:
    case EPERM:
      return LINTEL_CAMERA_DENIED;
    case EWOULDBLOCK:
    case EBUSY:
      return LINTEL_CAMERA_BUSY;
    default:
      return LINTEL_CAMERA_SYSTEM;
  }
}

static int is_picture(const char *name) {
  const char *ending = strrchr(name, '.');
  return ending != NULL && (strcasecmp(ending, ".jpg") == 0 || strcasecmp(ending, ".jpeg") == 0);
}

static int by_name(const void *one, const void *other) {
  return strcmp(*(char *const *)one, *(char *const *)other);
}

static int read_names(struct folder *folder) {
  int again = dup(folder->file);
  DIR *entries = again < 0 ? NULL : fdopendir(again);
  if (entries == NULL) {
    if (again >= 0) close(again);
    return 0;
  }
  folder->names = calloc(PICTURES_MAX, sizeof *folder->names);
  for (struct dirent *entry; folder->names != NULL && (entry = readdir(entries)) != NULL;) {
    if (folder->pictures < PICTURES_MAX && is_picture(entry->d_name)) {
      char *name = strdup(entry->d_name);
      if (name != NULL) folder->names[folder->pictures++] = name;
    }
  }
  closedir(entries);
  if (folder->names != NULL) qsort(folder->names, folder->pictures, sizeof *folder->names, by_name);
  return folder->pictures > 0;
}

int folder_open(struct folder *folder, struct camera *camera, const char *path) {
  folder->file = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder->file < 0 || flock(folder->file, LOCK_EX | LOCK_NB) != 0)
    return camera_says(camera, code_of(errno), "%s: %s", path, strerror(errno));
  if (!read_names(folder)) return camera_says(camera, LINTEL_CAMERA_GONE, "%s: no pictures", path);
  folder->bytes = calloc(1, PICTURE_FILE_BYTES_MAX);
  return folder->bytes == NULL ? camera_says(camera, LINTEL_CAMERA_SYSTEM, "no memory") : LINTEL_CAMERA_OK;
}

int folder_read(struct folder *folder, struct camera *camera, uint32_t number) {
  const char *name = folder->names[number % folder->pictures];
  folder->used = 0;
  int file = openat(folder->file, name, O_RDONLY | O_CLOEXEC);
  if (file < 0) return camera_says(camera, LINTEL_CAMERA_GONE, "%s: %s", name, strerror(errno));
  size_t at = 0;
  ssize_t got = 1;
  while (got > 0 && at < PICTURE_FILE_BYTES_MAX) {
    got = read(file, folder->bytes + at, PICTURE_FILE_BYTES_MAX - at);
    if (got > 0) at += (size_t)got;
  }
  int error = errno;
  close(file);
  if (at > folder->written) folder->written = at;
  if (got < 0) return camera_says(camera, LINTEL_CAMERA_GONE, "%s: %s", name, strerror(error));
  if (at == 0 || at == PICTURE_FILE_BYTES_MAX)
    return camera_says(camera, LINTEL_CAMERA_DAMAGED, "%s: %zu bytes", name, at);
  folder->used = at;
  return LINTEL_CAMERA_OK;
}

void folder_wipe(struct folder *folder) {
  if (folder->bytes != NULL) camera_wipe(folder->bytes, folder->written);
  folder->used = folder->written = 0;
}

void folder_close(struct folder *folder) {
  folder_wipe(folder);
  free(folder->bytes);
  for (uint32_t i = 0; i < folder->pictures; i++) free(folder->names[i]);
  free(folder->names);
  if (folder->file >= 0) close(folder->file);
}
