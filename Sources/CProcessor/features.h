// The instruction sets that a compiler may use unasked, so not those for ciphers and hashes, each with
// where cpuid reports it.
//
//   FEATURE(name, macro, leaf, subleaf, register, bit, state, level)
//
// The compiler defines `macro` as 1 where it may use the set. Registers: 0 eax, 1 ebx, 2 ecx, 3 edx.
// `state` is what the system must save at a context switch, as bits of XCR0: NONE, YMM for 256-bit
// and ZMM for 512-bit registers. `level` is the x86-64 level that demands it, 9 for none.
// Source: Intel SDM volume 2A, CPUID; AMD APM volume 3, appendix E; x86-64 psABI, table 3.1.

#ifndef TGGE_PROCESSOR_FEATURES_H
#define TGGE_PROCESSOR_FEATURES_H

#define NONE 0x00u
#define YMM 0x06u
#define ZMM 0xe6u
#define AMD 0x80000001u

#define FEATURES                                                      \
  FEATURE("sse3", __SSE3__, 1, 0, 2, 0, NONE, 2)                      \
  FEATURE("ssse3", __SSSE3__, 1, 0, 2, 9, NONE, 2)                    \
  FEATURE("sse4.1", __SSE4_1__, 1, 0, 2, 19, NONE, 2)                 \
  FEATURE("sse4.2", __SSE4_2__, 1, 0, 2, 20, NONE, 2)                 \
  FEATURE("popcnt", __POPCNT__, 1, 0, 2, 23, NONE, 2)                 \
  FEATURE("sse4a", __SSE4A__, AMD, 0, 2, 6, NONE, 9)                  \
  FEATURE("avx", __AVX__, 1, 0, 2, 28, YMM, 3)                        \
  FEATURE("avx2", __AVX2__, 7, 0, 1, 5, YMM, 3)                       \
  FEATURE("fma", __FMA__, 1, 0, 2, 12, YMM, 3)                        \
  FEATURE("f16c", __F16C__, 1, 0, 2, 29, YMM, 3)                      \
  FEATURE("bmi", __BMI__, 7, 0, 1, 3, NONE, 3)                        \
  FEATURE("bmi2", __BMI2__, 7, 0, 1, 8, NONE, 3)                      \
  FEATURE("lzcnt", __LZCNT__, AMD, 0, 2, 5, NONE, 3)                  \
  FEATURE("movbe", __MOVBE__, 1, 0, 2, 22, NONE, 3)                   \
  FEATURE("adx", __ADX__, 7, 0, 1, 19, NONE, 9)                       \
  FEATURE("xop", __XOP__, AMD, 0, 2, 11, YMM, 9)                      \
  FEATURE("fma4", __FMA4__, AMD, 0, 2, 16, YMM, 9)                    \
  FEATURE("tbm", __TBM__, AMD, 0, 2, 21, NONE, 9)                     \
  FEATURE("gfni", __GFNI__, 7, 0, 2, 8, NONE, 9)                      \
  FEATURE("avxvnni", __AVXVNNI__, 7, 1, 0, 4, YMM, 9)                 \
  FEATURE("avxifma", __AVXIFMA__, 7, 1, 0, 23, YMM, 9)                \
  FEATURE("avx512f", __AVX512F__, 7, 0, 1, 16, ZMM, 4)                \
  FEATURE("avx512dq", __AVX512DQ__, 7, 0, 1, 17, ZMM, 4)              \
  FEATURE("avx512cd", __AVX512CD__, 7, 0, 1, 28, ZMM, 4)              \
  FEATURE("avx512bw", __AVX512BW__, 7, 0, 1, 30, ZMM, 4)              \
  FEATURE("avx512vl", __AVX512VL__, 7, 0, 1, 31, ZMM, 4)              \
  FEATURE("avx512ifma", __AVX512IFMA__, 7, 0, 1, 21, ZMM, 9)          \
  FEATURE("avx512vbmi", __AVX512VBMI__, 7, 0, 2, 1, ZMM, 9)           \
  FEATURE("avx512vbmi2", __AVX512VBMI2__, 7, 0, 2, 6, ZMM, 9)         \
  FEATURE("avx512vnni", __AVX512VNNI__, 7, 0, 2, 11, ZMM, 9)          \
  FEATURE("avx512bitalg", __AVX512BITALG__, 7, 0, 2, 12, ZMM, 9)      \
  FEATURE("avx512vpopcntdq", __AVX512VPOPCNTDQ__, 7, 0, 2, 14, ZMM, 9) \
  FEATURE("avx512bf16", __AVX512BF16__, 7, 1, 0, 5, ZMM, 9)           \
  FEATURE("avx512fp16", __AVX512FP16__, 7, 0, 3, 23, ZMM, 9)

#endif
