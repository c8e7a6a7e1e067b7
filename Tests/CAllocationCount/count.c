#define _GNU_SOURCE
#include "CAllocationCount.h"

#include <stdlib.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TGGE_SANITIZED 1
#endif
#endif

#if defined(__GLIBC__) && !defined(TGGE_SANITIZED)

#include <errno.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// Where calls count

/// The code of the executable and of the libraries whose allocations are those of Swift code.
static struct {
  uintptr_t start, end;
} counted[64];
static int counted_count;

static bool belongs_to_swift(const char *path) {
  if (!*path) return true;  // the executable itself, with the runtime if that is linked statically
  const char *slash = strrchr(path, '/');
  const char *name = slash ? slash + 1 : path;
  static const char *const prefixes[] = {"libswift",    "libFoundation", "lib_Foundation",
                                         "libdispatch", "libTesting",    "libBlocksRuntime",
                                         "libstdc++"};
  for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
    if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0) return true;
  return false;
}

static int note_library(struct dl_phdr_info *library, size_t size, void *unused) {
  (void)size, (void)unused;
  if (!belongs_to_swift(library->dlpi_name)) return 0;
  for (int i = 0; i < library->dlpi_phnum; i++) {
    const ElfW(Phdr) *segment = &library->dlpi_phdr[i];
    if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_X)) continue;
    if (counted_count == sizeof counted / sizeof counted[0]) abort();
    uintptr_t start = library->dlpi_addr + segment->p_vaddr;
    counted[counted_count].start = start;
    counted[counted_count++].end = start + segment->p_memsz;
  }
  return 0;
}

// What is counted

static _Thread_local bool counting;
static _Thread_local long calls;

static inline void count(void *caller) {
  if (!counting) return;
  for (int i = 0; i < counted_count; i++)
    if ((uintptr_t)caller - counted[i].start < counted[i].end - counted[i].start) {
      calls++;
      return;
    }
}

bool tgge_count_is_available(void) { return true; }

void tgge_count_begin(void) {
  // The libraries of interest are there from the start; plugins that are loaded later do not count.
  if (!counted_count) dl_iterate_phdr(note_library, NULL);
  calls = 0;
  counting = true;
}

long tgge_count_end(void) {
  counting = false;
  return calls;
}

// The functions that stand before those of glibc

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

void *malloc(size_t size) {
  count(__builtin_return_address(0));
  return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
  count(__builtin_return_address(0));
  return __libc_calloc(number, size);
}

void *realloc(void *memory, size_t size) {
  count(__builtin_return_address(0));
  return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size) {
  count(__builtin_return_address(0));
  return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  count(__builtin_return_address(0));
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
  count(__builtin_return_address(0));
  if (alignment < sizeof(void *) || (alignment & (alignment - 1))) return EINVAL;
  void *result = __libc_memalign(alignment, size);
  if (!result) return ENOMEM;
  *memory = result;
  return 0;
}

void free(void *memory) { __libc_free(memory); }

#else

bool tgge_count_is_available(void) { return false; }
void tgge_count_begin(void) {}
long tgge_count_end(void) { return 0; }

#endif
