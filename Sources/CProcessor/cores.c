// The cores that the system lets this process use: what a launcher bound it to, or all.

#define _GNU_SOURCE
#include "CProcessor.h"

#include <string.h>
#include <unistd.h>

#if defined(__linux__)
#include <sched.h>
#endif

void tgge_processor_available_cores(uint64_t *mask, int words) {
  memset(mask, 0, (size_t)words * sizeof *mask);
#if defined(__linux__)
  if (sched_getaffinity(0, (size_t)words * sizeof *mask, (cpu_set_t *)mask) == 0) return;
#endif
  long cores = sysconf(_SC_NPROCESSORS_ONLN);
  for (long core = 0; core < cores && core < 64L * words; core++)
    mask[core / 64] |= UINT64_C(1) << core % 64;
}
