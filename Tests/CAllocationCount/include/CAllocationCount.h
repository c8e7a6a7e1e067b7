// Counts the memory allocations of Swift code; for tests only.
//
// Where this target is linked in, its malloc and kin stand before those of glibc and forward to
// them. While counting is on, calls made on the counting thread count if they come from the
// executable, the Swift runtime, Foundation or the C++ library that the runtime uses. What MPI
// libraries allocate for themselves does not count, nor what the C library does on behalf of them.

#ifndef TGGE_ALLOCATION_COUNT_H
#define TGGE_ALLOCATION_COUNT_H

#include <stdbool.h>

/// Whether allocations can be counted here: on Linux with glibc, without a sanitizer.
bool tgge_count_is_available(void);

/// Counts from zero what this thread allocates from here on.
void tgge_count_begin(void);

/// Stops counting on this thread; the number of allocations since `tgge_count_begin`.
long tgge_count_end(void);

#endif
