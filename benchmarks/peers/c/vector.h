// Eight doubles at a time, and an exponential that a compiler can inline into a loop.
#pragma once

#include <math.h>
#include <stdlib.h>
#include <sys/mman.h>
#ifdef __AVX512F__
#include <immintrin.h>
#endif

enum { lanes = 8 };
typedef double v8 __attribute__((vector_size(8 * sizeof(double))));

static inline v8 splat(double x) { return (v8){x, x, x, x, x, x, x, x}; }

typedef long long v8_bits __attribute__((vector_size(8 * sizeof(long long))));

static inline v8 magnitude(v8 x) { return (v8)((v8_bits)x & (0x7fffffffffffffffLL + (v8_bits){0})); }

static inline v8 larger(v8 x, v8 y) {
  const v8_bits less = x < y;
  return (v8)((less & (v8_bits)y) | (~less & (v8_bits)x));
}

static inline double lane_sum(v8 x) {
  double sum = 0;
  for (int i = 0; i < lanes; i++) sum += x[i];
  return sum;
}

// e^x to about one unit in the last place. Plain libmvec calls spill all registers around each call.
static inline v8 exponential(v8 x) {
#ifdef __AVX512F__
  const v8 k = (v8)_mm512_roundscale_pd((__m512d)(x * splat(0x1.71547652b82fep+0)), 0);
  v8 r = x + k * splat(-0.6931467056274414);
  r += k * splat(-4.7493250390316726e-07);
  // Even and odd terms apart: two short chains of multiply-adds.
  const v8 s = r * r;
  v8 odd = splat(0x1.289185613a3d6p-22);
  odd = odd * s + splat(0x1.a019b90d2ae7ap-16);
  odd = odd * s + splat(0x1.6c16c1788bd90p-10);
  odd = odd * s + splat(0x1.5555555553d63p-5);
  odd = odd * s + splat(0x1.0000000000001p-1);
  v8 even = splat(0x1.af38a9b0ec855p-26);
  even = even * s + splat(0x1.71de0dae63bb3p-19);
  even = even * s + splat(0x1.a01a01a7c41d5p-13);
  even = even * s + splat(0x1.11111111109b3p-7);
  even = even * s + splat(0x1.5555555555556p-3);
  const v8 p = even * r + odd;
  return (v8)_mm512_scalef_pd((__m512d)(splat(1) + (r + s * p)), (__m512d)k);
#else
  v8 y;
  for (int i = 0; i < lanes; i++) y[i] = exp(x[i]);
  return y;
#endif
}

// Vectors of SUNDIALS are aligned to single doubles only; an unaligned instruction costs nothing where they are not.
typedef double v8_anywhere __attribute__((vector_size(8 * sizeof(double)), aligned(8), may_alias));
static inline v8 load(const double *p) { return *(const v8_anywhere *)p; }
static inline void store(double *p, v8 x) { *(v8_anywhere *)p = x; }

static inline long padded(long count) { return (count + lanes - 1) / lanes * lanes; }

// Zeros, aligned to a huge page where that is worth it.
static inline double *allocate(long count) {
  const size_t huge = 2 << 20, bytes = (size_t)(count > 0 ? count : 1) * sizeof(double);
  if (bytes < 4 * huge) {
    double *p = aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (!p) abort();
    for (long i = 0; i < count; i++) p[i] = 0;
    return p;
  }
  // Fresh pages of the kernel are zero already.
  char *p = mmap(NULL, bytes + huge, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED) abort();
  p += huge - (size_t)p % huge;
  madvise(p, bytes, MADV_HUGEPAGE);
  return (double *)p;
}

static inline void release(double *p, long count) {
  const size_t huge = 2 << 20, bytes = (size_t)(count > 0 ? count : 1) * sizeof(double);
  if (bytes < 4 * huge)
    free(p);
  else
    munmap(p, bytes);
}
