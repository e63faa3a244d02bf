// SPDX-License-Identifier: MIT
// Ends a request that lasts too long, that gets too much for an answer, or that nobody wants any more: it
// shuts the request's socket down under the HTTP client, whose own timeouts watch only single reads. It also
// knows what came over the socket. `begin`, `watch`, `quiet`, `unheard` and `finish` belong to the thread of
// the requests, `abort` to any. Owns a duplicate of the socket's descriptor, so that the number cannot have
// become somebody else's.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>

#include "base/clock.h"
#include "base/timer.h"

namespace restanza::webhook {

class Watchdog : public std::enable_shared_from_this<Watchdog> {
 public:
  enum class Cut { no, late, flooded, aborted };

  // How often a request that lasts is looked at: what it received meanwhile is how far the limit can be
  // passed.
  static constexpr std::chrono::milliseconds kLook{20};

  // The timer must outlive the last request. `max_received`: bytes of one answer, with all that HTTP and TLS
  // add to it.
  Watchdog(Timer& timer, uint64_t max_received) : timer_(timer), max_received_(max_received) {}
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  void begin(std::chrono::milliseconds deadline);
  void watch(int socket);  // the one that the requests use from now on
  Cut finish();
  void abort();  // the running request and all later ones

  Cut cut() const;

  // Whether the socket can take another request: it is there, its peer has not closed it, and has sent
  // nothing that nobody asked for.
  bool quiet() const;

  // Whether the running request was made over a connection from before it, over which at most so many bytes
  // have come since it began.
  bool unheard(uint64_t at_most) const;

 private:
  std::optional<Instant> look(uint64_t request);
  Instant next_look() const;  // under the lock
  void sever();               // under the lock

  Timer& timer_;
  const uint64_t max_received_;
  mutable std::mutex mutex_;
  int socket_ = -1;
  uint64_t received_ = 0;  // over the socket before the running request
  bool kept_ = false;      // the socket is from before the running request
  uint64_t request_ = 0;
  Instant until_;
  bool running_ = false;
  Cut cut_ = Cut::no;
  Timer::Id alarm_ = 0;
};

}  // namespace restanza::webhook
