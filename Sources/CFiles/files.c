#define _GNU_SOURCE
#include "CFiles.h"

#include <errno.h>
#include <fcntl.h>

#if defined(__linux__)
#include <sys/mman.h>
#endif

void tgge_file_start_writing(int descriptor, long long offset, long long count) {
#ifdef SYNC_FILE_RANGE_WRITE
  (void)sync_file_range(descriptor, offset, count, SYNC_FILE_RANGE_WRITE);
#else
  (void)descriptor, (void)offset, (void)count;
#endif
}

int tgge_file_reserve(int descriptor, long long bytes) {
#if defined(__linux__)
  int code;
  do code = fallocate(descriptor, FALLOC_FL_KEEP_SIZE, 0, bytes);
  while (code != 0 && errno == EINTR);
  return code;
#else
  (void)descriptor, (void)bytes;
  errno = EOPNOTSUPP;
  return -1;
#endif
}

int tgge_file_in_memory(void) {
#if defined(__linux__)
  return memfd_create("tgge", MFD_CLOEXEC);
#else
  errno = EOPNOTSUPP;
  return -1;
#endif
}
