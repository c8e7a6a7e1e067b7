// What this binary was compiled for, and what the processor that runs it can do.
//
// Before any Swift runs, a constructor compares the two and ends a process that would die of an
// illegal instruction (x86-64 only).

#ifndef TGGE_PROCESSOR_H
#define TGGE_PROCESSOR_H

#include <stdbool.h>
#include <stdint.h>

/// Whether fused multiply-add is an instruction here, and not a call of the mathematical library.
static inline bool tgge_processor_compiled_with_fma(void) {
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
  return true;
#else
  return false;
#endif
}

/// Bytes of the widest vector register that the compiler may use.
static inline int tgge_processor_compiled_vector_bytes(void) {
#if defined(__AVX512F__)
  return 64;
#elif defined(__AVX__)
  return 32;
#else
  return 16;
#endif
}

/// The instruction sets that this binary was compiled for, by name with spaces between.
const char *tgge_processor_compiled_features(void);

/// Those of the same list that the running processor and system have. Not for several threads.
const char *tgge_processor_running_features(void);

/// The first instruction set that this binary was compiled for and the processor lacks, or NULL.
const char *tgge_processor_missing_feature(void);

/// The most that launch/build may be told to build for here: x86-64, x86-64-v2, -v3 or -v4, which
/// is a value of TGGE_ARCH; "native" on other architectures.
const char *tgge_processor_level(void);

/// What the processor calls itself, or "unknown". Not for several threads.
const char *tgge_processor_brand(void);

/// Sets a bit for each core that this process may run on, in `words` words; cores beyond are left out.
void tgge_processor_available_cores(uint64_t *mask, int words);

/// Lets glibc keep up to 64 MiB of freed memory for those who allocate next. Otherwise a loop over blocks of modes
/// has the pages of its tables taken away after each block, and cleared again by the system for the next one. The
/// values are those that glibc comes to by itself once 32 MiB were freed at a time.
void tgge_processor_keep_freed_memory(void);

/// How many bytes of addresses this process may have, infinite without a limit (ulimit -v).
double tgge_processor_address_limit(void);

#endif
