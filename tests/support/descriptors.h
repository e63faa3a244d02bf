// SPDX-License-Identifier: MIT
// Makes descriptors scarce in the test's own process. One test at a time.
#pragma once

#include <sys/resource.h>
#include <unistd.h>

#include "support/catch.h"

namespace restanza {

// While it lives, this process has one descriptor more than it uses now.
class OneMoreDescriptor {
 public:
  OneMoreDescriptor() {
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before_) == 0);
    const int lowest = ::dup(0);
    ::close(lowest);
    const rlimit one_more{static_cast<rlim_t>(lowest) + 1, before_.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &one_more) == 0);
  }
  ~OneMoreDescriptor() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  OneMoreDescriptor(const OneMoreDescriptor&) = delete;
  OneMoreDescriptor& operator=(const OneMoreDescriptor&) = delete;

 private:
  rlimit before_{};
};

}  // namespace restanza
