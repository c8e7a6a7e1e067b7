// Compares what this binary was compiled for with the processor it finds itself on.

#include "CProcessor.h"
#include "features.h"

#include <stddef.h>
#include <string.h>

#if defined(__x86_64__)

#include <cpuid.h>
#include <stdlib.h>
#include <unistd.h>

// All of this runs on any x86-64 processor, whatever -march says: that is its purpose. `arch` alone
// would not do, since -march=native comes as single features.
#pragma clang attribute push( \
    __attribute__((target("arch=x86-64,no-sse3,no-sse4a,no-popcnt,no-lzcnt,no-bmi,no-bmi2,no-tbm," \
                          "no-movbe,no-adx,no-avx,no-aes,no-pclmul,no-sha,no-gfni"))), \
    apply_to = function)

struct feature {
  const char *name;
  const char *compiled;  // "1" where the compiler may use it, else the name of the macro
  unsigned leaf, subleaf, reg, bit, state;
  int level;
};

#define TEXT_OF(x) #x
#define FEATURE(name, macro, leaf, subleaf, reg, bit, state, level) \
  {name, TEXT_OF(macro), leaf, subleaf, reg, bit, state, level},
static const struct feature features[] = {FEATURES};
static const size_t count = sizeof features / sizeof features[0];

static bool is_compiled(const struct feature *feature) { return feature->compiled[0] == '1'; }

/// The registers that the system saves, as XCR0 has them.
static unsigned saved_state(void) {
  unsigned a, b, c, d;
  __cpuid(1, a, b, c, d);
  if (!(c & 1u << 27)) return 0;  // no OSXSAVE, no xgetbv
  unsigned low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

static bool is_running(const struct feature *feature) {
  unsigned r[4];
  __cpuid(feature->leaf & 0x80000000u, r[0], r[1], r[2], r[3]);
  if (r[0] < feature->leaf) return false;
  if (feature->subleaf > 0) {
    __cpuid_count(feature->leaf, 0, r[0], r[1], r[2], r[3]);
    if (r[0] < feature->subleaf) return false;
  }
  __cpuid_count(feature->leaf, feature->subleaf, r[0], r[1], r[2], r[3]);
  return (r[feature->reg] >> feature->bit & 1u) && (saved_state() & feature->state) == feature->state;
}

const char *tgge_processor_missing_feature(void) {
  for (size_t i = 0; i < count; i++)
    if (is_compiled(&features[i]) && !is_running(&features[i])) return features[i].name;
  return NULL;
}

const char *tgge_processor_level(void) {
  int level = 4;
  for (size_t i = 0; i < count; i++)
    if (features[i].level <= level && !is_running(&features[i])) level = features[i].level - 1;
  static const char *const names[] = {"x86-64", "x86-64-v2", "x86-64-v3", "x86-64-v4"};
  return names[level - 1];
}

/// The names of the features that `test` accepts, in `text`.
static const char *list(char *text, bool (*test)(const struct feature *)) {
  char *end = text;
  *end = 0;
  for (size_t i = 0; i < count; i++) {
    if (!test(&features[i])) continue;
    if (end > text) *end++ = ' ';
    end = stpcpy(end, features[i].name);
  }
  return text;
}

const char *tgge_processor_compiled_features(void) {
  static char text[sizeof features / sizeof features[0] * 16];
  return list(text, is_compiled);
}

const char *tgge_processor_running_features(void) {
  static char text[sizeof features / sizeof features[0] * 16];
  return list(text, is_running);
}

const char *tgge_processor_brand(void) {
  static unsigned text[13];
  unsigned a, b, c, d;
  __cpuid(0x80000000u, a, b, c, d);
  if (a < 0x80000004u) return "unknown";
  for (unsigned i = 0; i < 3; i++)
    __cpuid(0x80000002u + i, text[4 * i], text[4 * i + 1], text[4 * i + 2], text[4 * i + 3]);
  const char *brand = (const char *)text;
  return brand + strspn(brand, " ");
}

/// Whether this process should speak: one for each host, since hosts may differ.
static bool speaks(void) {
  static const char *const variables[] = {
      // Ranks on this host, then, where they are not known, ranks of all.
      "OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID",    "PMI_LOCAL_RANK", "PALS_LOCAL_RANKID",
      "FLUX_TASK_LOCAL_ID",         "MV2_COMM_WORLD_LOCAL_RANK", "JSM_NAMESPACE_LOCAL_RANK",
      "SLURM_LOCALID",              "PMIX_RANK",          "PMI_RANK"};
  for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
    const char *value = getenv(variables[i]);
    if (value) return strcmp(value, "0") == 0;
  }
  return true;
}

/// Ends the process before it meets an instruction that its processor lacks. First of all
/// constructors of the executable.
__attribute__((constructor(101))) static void check_processor(void) {
  const char *missing = tgge_processor_missing_feature();
  if (!missing) return;
  if (speaks()) {
    char host[65] = "this host";
    gethostname(host, sizeof host - 1);
    char line[512];
    char *end = stpcpy(line, "tgge: this binary was built for processors with ");
    end = stpcpy(end, missing);
    end = stpcpy(end, ", which the one of ");
    end = stpcpy(end, host);
    end = stpcpy(end, " lacks; rebuild with TGGE_ARCH=");
    end = stpcpy(end, tgge_processor_level());
    end = stpcpy(end, " launch/build\n");
    ssize_t written = write(STDERR_FILENO, line, (size_t)(end - line));
    (void)written;
  }
  _exit(70);
}

#pragma clang attribute pop

#else  // other architectures: nothing is tested, little is known

const char *tgge_processor_compiled_features(void) {
#if defined(__ARM_FEATURE_SVE)
  return "neon fma sve";
#elif defined(__aarch64__)
  return "neon fma";
#else
  return "";
#endif
}

const char *tgge_processor_running_features(void) { return tgge_processor_compiled_features(); }
const char *tgge_processor_missing_feature(void) { return NULL; }
const char *tgge_processor_level(void) { return "native"; }
const char *tgge_processor_brand(void) { return "unknown"; }

#endif
