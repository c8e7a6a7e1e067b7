// How the allocator of the C library gives memory back to the system.

#include "CProcessor.h"

#if defined(__GLIBC__)
#include <malloc.h>
#endif

void tgge_processor_keep_freed_memory(void) {
#if defined(__GLIBC__)
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
#endif
}
