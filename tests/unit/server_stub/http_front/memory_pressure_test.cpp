// SPDX-License-Identifier: MIT
#include "http_front/memory_pressure.h"

#include <new>

#include "base/clock.h"
#include "support/catch.h"

using namespace restanza;

namespace {

// What `new` calls where it finds nothing.
void find_nothing() {
  std::get_new_handler()();
}

// How often `new` would look again before it throws.
int looks() {
  int count = 0;
  try {
    for (;; ++count) find_nothing();
  } catch (const std::bad_alloc&) {
    return count;
  }
}

struct Installed {
  Installed() { host::wait_for_memory(); }
  ~Installed() { std::set_new_handler(nullptr); }
};

}  // namespace

TEST_CASE("work that may be given up is given up at once where no memory is left") {
  const Installed installed;
  const host::FailFastAllocation scope;
  CHECK(looks() == 0);
}

TEST_CASE("what a destructor does because work was given up is not given up too") {
  struct Ending {
    int& seen;
    ~Ending() { seen = looks(); }
  };
  const Installed installed;
  int seen = 0;
  try {
    const host::FailFastAllocation scope;
    const Ending ending{seen};
    find_nothing();
  } catch (const std::bad_alloc&) {
  }
  CHECK(seen > 0);
}

TEST_CASE("other work waits for memory, and is given up when the wait is over") {
  const Installed installed;
  const Instant begun = std::chrono::steady_clock::now();
  CHECK(looks() > 0);
  CHECK(std::chrono::steady_clock::now() - begun >= host::kMemoryPatience);
}
