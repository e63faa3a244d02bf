// SPDX-License-Identifier: MIT
// What happens when no memory is left. The handling of a request can be given up, which frees what it held:
// there `new` throws std::bad_alloc at once. Everything else, the loops above all, cannot: there `new` waits
// a little for what others free.
//
// Threads: wait_for_memory [setup]; a scope belongs to its thread.
#pragma once

#include <chrono>

namespace restanza::host {

inline constexpr std::chrono::milliseconds kMemoryPatience{2000};  // then std::bad_alloc there too

void wait_for_memory();  // from now on, in the whole process

// While it lives, `new` fails at once on this thread where no memory is left: its work may be given up.
class FailFastAllocation {
 public:
  FailFastAllocation();
  ~FailFastAllocation();
  FailFastAllocation(const FailFastAllocation&) = delete;
  FailFastAllocation& operator=(const FailFastAllocation&) = delete;

 private:
  const bool before_;
};

}  // namespace restanza::host
