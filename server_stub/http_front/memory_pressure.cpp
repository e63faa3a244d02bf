// SPDX-License-Identifier: MIT
#include "http_front/memory_pressure.h"

#include <malloc.h>

#include <exception>
#include <new>
#include <thread>

#include "base/clock.h"

namespace restanza::host {
namespace {

constexpr std::chrono::milliseconds kStep{5};
constexpr int kLargeBytes = 128 * 1024;

thread_local bool fails_fast = false;

// Called by `new` over and over until there is memory or this throws.
void no_memory() {
  thread_local Instant since, last;
  // Destructors that run because something was given up cannot be given up themselves.
  if (fails_fast && std::uncaught_exceptions() == 0) throw std::bad_alloc();
  const Instant now = std::chrono::steady_clock::now();
  if (now - last > 10 * kStep) since = now;  // another wait than the one before
  last = now;
  if (now - since >= kMemoryPatience) {
    last = {};
    throw std::bad_alloc();
  }
  std::this_thread::sleep_for(kStep);
}

}  // namespace

void wait_for_memory() {
  // Large buffers go back to the system at once. Otherwise the allocator would soon keep them too, in one
  // heap with small things that live longer, and the holes between these cost several times what is in use.
  mallopt(M_MMAP_THRESHOLD, kLargeBytes);
  std::set_new_handler(no_memory);
}

FailFastAllocation::FailFastAllocation() : before_(fails_fast) {
  fails_fast = true;
}

FailFastAllocation::~FailFastAllocation() {
  fails_fast = before_;
}

}  // namespace restanza::host
