// SPDX-License-Identifier: MIT
// The program's own malloc and its kin, which libraries find before those of the C library; they only count
// and call on. operator new comes through here as well. Threads and owners as allocations.h says.
#include "plugin_alone/allocations.h"

#include <atomic>
#include <cstddef>

extern "C" {
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* old, size_t size);
void* __libc_memalign(size_t alignment, size_t size);
}

namespace restanza::bench {
namespace {

std::atomic<bool> counting{false};
std::atomic<uint64_t> counted{0};

void count() {
  if (counting.load(std::memory_order_relaxed)) counted.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

void count_allocations(bool on) {
  counted = 0;
  counting = on;
}

uint64_t allocations() {
  return counted;
}

}  // namespace restanza::bench

extern "C" {

__attribute__((visibility("default"))) void* malloc(size_t size) {
  restanza::bench::count();
  return __libc_malloc(size);
}

__attribute__((visibility("default"))) void* calloc(size_t count, size_t size) {
  restanza::bench::count();
  return __libc_calloc(count, size);
}

__attribute__((visibility("default"))) void* realloc(void* old, size_t size) {
  restanza::bench::count();
  return __libc_realloc(old, size);
}

__attribute__((visibility("default"))) void* aligned_alloc(size_t alignment, size_t size) {
  restanza::bench::count();
  return __libc_memalign(alignment, size);
}
}
