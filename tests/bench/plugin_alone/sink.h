// SPDX-License-Identifier: MIT
// An endpoint in a process of its own, so that its processor time is not the plugin's: it answers every
// request 204 and counts them where the parent can see it.
//
// Threads: for one thread; constructed before the process has others, for it forks.
// Ownership: owns the child and the counter; both are gone with it.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>

namespace restanza::bench {

class Sink {
 public:
  Sink();
  ~Sink();
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  uint16_t port() const { return port_; }
  uint64_t posts() const { return posts_->load(std::memory_order_relaxed); }

 private:
  [[noreturn]] void serve(int listener);

  uint16_t port_ = 0;
  pid_t child_ = 0;
  std::atomic<uint64_t>* posts_;  // shared with the child
};

}  // namespace restanza::bench
