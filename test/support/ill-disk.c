/*
 * A disk that is ill on demand, for LD_PRELOAD: calls on files below ILL_DISK_PATH fail or hang while
 * a file of that name stands in ILL_DISK_CONTROL:
 *   hang       fsync and fdatasync do not return
 *   full       writes fail with ENOSPC, but for those that a slice of the ballast was given up for
 *   exhausted  writes fail with ENOSPC, ballast or not
 *   readonly   writes and changes fail with EROFS
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int is_set(const char *name) {
  const char *control = getenv("ILL_DISK_CONTROL");
  char path[4096];
  if (!control) return 0;
  snprintf(path, sizeof path, "%s/%s", control, name);
  return access(path, F_OK) == 0;
}

static int is_below(const char *path) {
  const char *top = getenv("ILL_DISK_PATH");
  return top && path && strncmp(path, top, strlen(top)) == 0;
}

static int path_of(int fd, char *path, size_t size) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, size - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return is_below(path);
}

static int ballast_stands(void) {
  char path[4096];
  struct stat found;
  snprintf(path, sizeof path, "%s/ballast", getenv("ILL_DISK_PATH"));
  return stat(path, &found) == 0 && found.st_size >= 4 * 1024 * 1024;
}

/* What a write to this descriptor fails with, or 0. */
static int write_fault(int fd) {
  char path[4096];
  if (!path_of(fd, path, sizeof path)) return 0;
  if (is_set("readonly")) return EROFS;
  if (is_set("exhausted")) return ENOSPC;
  if (!is_set("full")) return 0;
  const char *name = strrchr(path, '/');
  int is_ballast = name && strcmp(name, "/ballast") == 0;
  return is_ballast || ballast_stands() ? ENOSPC : 0;
}

static int change_fault(const char *path) { return is_below(path) && is_set("readonly") ? EROFS : 0; }

#define FAIL_IF(fault)       \
  do {                       \
    int code = (fault);      \
    if (code) {              \
      errno = code;          \
      return -1;             \
    }                        \
  } while (0)

static void wait_while_hung(int fd) {
  char path[4096];
  if (!path_of(fd, path, sizeof path)) return;
  while (is_set("hang")) usleep(2000);
}

int fsync(int fd) {
  wait_while_hung(fd);
  return REAL(fsync)(fd);
}

int fdatasync(int fd) {
  wait_while_hung(fd);
  return REAL(fdatasync)(fd);
}

ssize_t write(int fd, const void *bytes, size_t count) {
  FAIL_IF(write_fault(fd));
  return REAL(write)(fd, bytes, count);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  FAIL_IF(write_fault(fd));
  return REAL(writev)(fd, parts, count);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) {
  FAIL_IF(write_fault(fd));
  return REAL(pwrite)(fd, bytes, count, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
  FAIL_IF(write_fault(fd));
  return REAL(pwrite64)(fd, bytes, count, at);
}

static int open_fault(const char *path, int flags) {
  return flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC) ? change_fault(path) : 0;
}

#define OPEN(name)                                 \
  int name(const char *path, int flags, ...) {     \
    va_list rest;                                  \
    va_start(rest, flags);                         \
    mode_t mode = (mode_t)va_arg(rest, int);       \
    va_end(rest);                                  \
    FAIL_IF(open_fault(path, flags));              \
    return REAL(name)(path, flags, mode);          \
  }
OPEN(open)
OPEN(open64)

int mkdir(const char *path, mode_t mode) {
  FAIL_IF(change_fault(path));
  return REAL(mkdir)(path, mode);
}

int unlink(const char *path) {
  FAIL_IF(change_fault(path));
  return REAL(unlink)(path);
}

int rename(const char *from, const char *to) {
  FAIL_IF(change_fault(from));
  return REAL(rename)(from, to);
}

int ftruncate64(int fd, off64_t length) {
  char path[4096];
  FAIL_IF(path_of(fd, path, sizeof path) && is_set("readonly") ? EROFS : 0);
  return REAL(ftruncate64)(fd, length);
}
