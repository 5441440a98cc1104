/* Hangs in the calls named by HANG_CALLS on paths that contain HANG_IN, as a drive whose server is gone does. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void maybe_hang(const char *call, const char *path) {
    const char *calls = getenv("HANG_CALLS"), *in = getenv("HANG_IN");
    if (calls && in && path && strstr(calls, call) && strstr(path, in))
        for (;;) pause();
}

static void maybe_hang_fd(const char *call, int fd) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length > 0) {
        path[length] = 0;
        maybe_hang(call, path);
    }
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int open64(const char *path, int flags, ...) {
    va_list list;
    va_start(list, flags);
    int mode = va_arg(list, int);
    va_end(list);
    maybe_hang("open", path);
    return NEXT(open64)(path, flags, mode);
}

int rename(const char *from, const char *to) {
    maybe_hang("rename", from);
    return NEXT(rename)(from, to);
}

int unlink(const char *path) {
    maybe_hang("unlink", path);
    return NEXT(unlink)(path);
}

int fsync(int fd) {
    maybe_hang_fd("fsync", fd);
    return NEXT(fsync)(fd);
}

ssize_t write(int fd, const void *bytes, size_t count) {
    if (fd > 2) maybe_hang_fd("write", fd);
    return NEXT(write)(fd, bytes, count);
}

int statx(int dir, const char *path, int flags, unsigned mask, struct statx *buffer) {
    maybe_hang("stat", path);
    return NEXT(statx)(dir, path, flags, mask, buffer);
}

DIR *opendir(const char *path) {
    maybe_hang("list", path);
    return NEXT(opendir)(path);
}
