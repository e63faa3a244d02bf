// SPDX-License-Identifier: MIT
// Ends a request that has lasted too long, or that nobody wants any more: it shuts the request's socket down
// under the HTTP client, whose own timeouts only watch single reads and whose `stop` can wait for a connect.
// `begin`, `watch` and `finish` belong to the thread of the requests, `abort` to any. Owns a duplicate of the
// socket's descriptor, so that the number cannot have become somebody else's.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>

#include "base/timer.h"

namespace restanza::webhook {

class Watchdog : public std::enable_shared_from_this<Watchdog> {
 public:
  enum class Cut { no, late, aborted };

  // The timer must outlive the last request.
  explicit Watchdog(Timer& timer) : timer_(timer) {}
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  void begin(std::chrono::milliseconds deadline);
  void watch(int socket);  // the one that the requests use from now on
  Cut finish();
  void abort();  // the running request and all later ones

  Cut cut() const;

 private:
  void end(uint64_t request, Cut why);
  void sever_again(uint64_t request);  // under the lock

  Timer& timer_;
  mutable std::mutex mutex_;
  int socket_ = -1;
  uint64_t request_ = 0;
  bool running_ = false;
  Cut cut_ = Cut::no;
  Timer::Id alarm_ = 0;
};

}  // namespace restanza::webhook
