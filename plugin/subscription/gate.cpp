// SPDX-License-Identifier: MIT
#include "subscription/gate.h"

#include <utility>

namespace restanza::subscription {

void Gate::renew(double drain_rate, bool breaker, Instant now, size_t backlog) {
  slow_start_.at_most(drain_rate);
  breaker_ = breaker;
  weight_ = 0;
  last_failed_ = 0;
  asked_alone_.reset();
  successes_ = {};
  probes_ = 0;
  if (std::exchange(state_, State::closed) != State::closed) drain(now, backlog);
}

Instant Gate::opens(Instant now) const {
  if (stops_ != 0 || state_ == State::probing) return Instant::max();
  if (state_ == State::open) return next_;
  return backlog_ != 0 ? slow_start_.next() : now;
}

bool Gate::begin(Instant now) {
  if (state_ == State::open) {
    state_ = State::probing;
    return true;
  }
  if (backlog_ != 0) {
    --backlog_;
    slow_start_.begun(now);
  }
  return false;
}

void Gate::end(Instant now, const Attempt& attempt, const Ended& ended, double chance, size_t backlog) {
  if (ended.verdict == Verdict::delivered) successes_.note(hash_of(attempt.lane), now);
  const bool failed = worth_retrying(ended.verdict);
  if (draining()) {
    using How = SlowStart::How;
    slow_start_.ended(now, attempt.began,
                      !failed                 ? How::answered
                      : attempt.failed_before ? How::failed_again
                                              : How::failed);
  }
  if (!failed) {
    weight_ = 0;
    last_failed_ = 0;
    asked_alone_.reset();
    if (state_ == State::closed) return;
    state_ = State::closed;
    return drain(now, backlog);
  }
  if (!breaker_) return;
  const auto asked = asked_of_all(attempt, ended);
  if (state_ == State::closed) {
    note_failure(now, attempt, ended);
    if (weight_ < kTrip) return;
    state_ = State::open;
    away_ = now;
    probes_ = 0;
    backlog_ = 0;
  } else if (!attempt.probe) {
    return;  // it had begun before the endpoint was known to be dead
  }
  state_ = State::open;
  next_ = now + probe_delay(++probes_, chance, asked);
}

bool Gate::answered_others(const std::string& lane, Instant since) const {
  return successes_.of_another(hash_of(lane), since);
}

void Gate::drain(Instant now, size_t backlog) {
  backlog_ = backlog;
  slow_start_.begin(now);
}

void Gate::forget(bool probe) {
  if (probe && state_ == State::probing) state_ = State::open;
}

void Gate::note_failure(Instant now, const Attempt& attempt, const Ended& ended) {
  const size_t lane = hash_of(attempt.lane);
  const bool unavailable = ended.verdict == Verdict::unavailable;
  const bool of_all = unavailable && ended.concerns == Concerns::endpoint;
  const Instant since = of_all ? attempt.began : std::min<Instant>(attempt.began, now - kJustNow);
  if (successes_.of_another(lane, since)) return;
  if (of_all || lane != last_failed_) weight_ += unavailable ? 2 : 1;
  last_failed_ = lane;
}

// An endpoint that wants to be left alone by one conversation may still want the others.
std::optional<std::chrono::seconds> Gate::asked_of_all(const Attempt& attempt, const Ended& ended) {
  if (!ended.retry_after || ended.concerns == Concerns::endpoint) return ended.retry_after;
  const size_t lane = hash_of(attempt.lane);
  const bool others = asked_alone_ && *asked_alone_ != lane;
  asked_alone_ = lane;
  return others ? ended.retry_after : std::nullopt;
}

}  // namespace restanza::subscription
