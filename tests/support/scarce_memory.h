// SPDX-License-Identifier: MIT
// Memory that is short, once or until the end: operator new of the whole program fails at an allocation of
// the test's choice, on whatever thread that comes. For a program that links scarce_memory.cpp.
#pragma once

namespace restanza {

// Where a test that lets one allocation after the other fail gives up; many times what anything in the tests
// needs.
constexpr long kMostAllocations = 20000;

class ScarceMemory {
 public:
  // The allocation that fails, counted from 0 over all threads that are not spared.
  static void fail_at(long allocation);
  // The same, and so do all that come after it.
  static void fail_from(long allocation);
  // Whether it has come; from now on none fails.
  static bool end();
};

// This thread's allocations do not count meanwhile: those of the test itself, and of what it stands in for.
class Spared {
 public:
  Spared();
  ~Spared();
  Spared(const Spared&) = delete;
  Spared& operator=(const Spared&) = delete;

 private:
  const bool before_;
};

// And here they do, again, where it was spared.
class NotSpared {
 public:
  NotSpared();
  ~NotSpared();
  NotSpared(const NotSpared&) = delete;
  NotSpared& operator=(const NotSpared&) = delete;

 private:
  const bool before_;
};

}  // namespace restanza
