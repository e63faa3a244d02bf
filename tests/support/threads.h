// SPDX-License-Identifier: MIT
// How many threads this process has, as the kernel lists them. It may still list one for a moment after it
// was joined, and tells nobody when it no longer does, so a test waits for the number that it expects.
#pragma once

#include <chrono>
#include <cstddef>
#include <fstream>
#include <string>
#include <thread>

namespace restanza {

inline size_t threads() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    size_t count = 0;
    if (word == "Threads:" && status >> count) return count;
  }
  return 0;
}

// Those of a program that has made none yet: a sanitizer may have one of its own.
inline const size_t kThreadsAtStart = threads();

// False where it still has more than that at the deadline.
inline bool has_threads(size_t most) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (threads() > most) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace restanza
