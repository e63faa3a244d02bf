// SPDX-License-Identifier: MIT
// When an endpoint may be sent the next request: a circuit breaker that probes a dead endpoint with one
// request at a time, the slow start of what waited during an outage, and the stops that people and the plugin
// itself order. Not thread-safe: whoever owns it locks. Time and chance are given by the caller.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "subscription/slow_start.h"
#include "subscription/successes.h"
#include "subscription/verdict.h"

namespace restanza::subscription {

class Gate {
 public:
  // Weights of consecutive failures: three requests that find nobody, or as many conversations whose requests
  // are not answered in time or answered that they come too often, or five that are answered 5xx (one
  // conversation alone may have a poisonous message at its head). None counts that failed while another
  // conversation was answered with success; what may concern its own conversation only does not count for a
  // while after that.
  static constexpr uint32_t kTrip = 5;
  static constexpr std::chrono::seconds kJustNow{5};

  enum Stop : uint32_t {
    kPaused = 1,
    kDisabled = 2,
    kHeld = 4
  };  // by people, by the endpoint, by a full way back

  // `drain_rate`: requests a second at most while a backlog is drained, 0: no limit; `breaker`: false never
  // trips.
  Gate(double drain_rate, bool breaker) : slow_start_(drain_rate), breaker_(breaker) {}

  // Other settings, and perhaps another endpoint behind them: what is known of its health is forgotten. What
  // waited while it was dead is drained. The stops stay.
  void renew(double drain_rate, bool breaker, Instant now, size_t backlog);

  // When a request may begin: not later than now, or later, or at Instant::max(): once something else
  // happens.
  Instant opens(Instant now) const;

  // A request begins now; the gate is open. True: it is the probe.
  bool begin(Instant now);

  struct Attempt {
    const std::string& lane;
    Instant began{};
    bool probe = false;          // as `begin` said
    bool failed_before = false;  // and nothing of its conversation was delivered since
  };
  // An attempt has ended. `backlog`: how many stanzas wait; they are paced once the endpoint is back.
  void end(Instant now, const Attempt& attempt, const Ended& ended, double chance, size_t backlog);
  // An attempt ended that says nothing about the endpoint: it was broken off here.
  void forget(bool probe);

  // So many stanzas wait from a time of standing still, and start slowly.
  void drain(Instant now, size_t backlog);
  // Where the next probe waits for its time, it may begin now.
  void probe_now(Instant now) {
    if (state_ == State::open) next_ = now;
  }
  void at_most(size_t waiting) { backlog_ = std::min(backlog_, waiting); }

  void stop(Stop why) { stops_ |= why; }
  void resume(uint32_t which) { stops_ &= ~which; }
  uint32_t stops() const { return stops_; }

  bool answering() const { return state_ == State::closed; }  // the endpoint as a whole
  bool flowing() const { return answering() && stops_ == 0; }
  bool draining() const { return answering() && backlog_ != 0; }

  // Whether the endpoint has answered another conversation with success after `since`.
  bool answered_others(const std::string& lane, Instant since) const;
  // Whether it was found to be away at `when` or later.
  bool was_away_since(Instant when) const { return away_ && *away_ >= when; }

 private:
  enum class State { closed, open, probing };
  void note_failure(Instant now, const Attempt& attempt, const Ended& ended);
  std::optional<std::chrono::seconds> asked_of_all(const Attempt& attempt, const Ended& ended);

  SlowStart slow_start_;
  bool breaker_;
  State state_ = State::closed;
  uint32_t stops_ = 0;
  uint32_t weight_ = 0;
  // A hash of the lane: to keep its name would need memory, just when that may be short.
  size_t last_failed_ = 0;
  std::optional<size_t> asked_alone_;  // a lane of which the endpoint asked to be left alone
  Successes successes_;
  std::optional<Instant> away_;  // when that was found last
  uint32_t probes_ = 0;
  Instant next_{};      // probe
  size_t backlog_ = 0;  // of an outage, still to be begun
};

}  // namespace restanza::subscription
