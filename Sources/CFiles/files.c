#define _GNU_SOURCE
#include "CFiles.h"

#include <fcntl.h>

void tgge_file_start_writing(int descriptor, long long offset, long long count) {
#ifdef SYNC_FILE_RANGE_WRITE
  (void)sync_file_range(descriptor, offset, count, SYNC_FILE_RANGE_WRITE);
#else
  (void)descriptor, (void)offset, (void)count;
#endif
}
