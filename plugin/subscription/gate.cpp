// SPDX-License-Identifier: MIT
#include "subscription/gate.h"

#include <utility>

namespace restanza::subscription {

namespace {

std::chrono::nanoseconds interval_at(double drain_rate) {
  return std::chrono::nanoseconds(static_cast<int64_t>(1e9 / std::max(drain_rate, 1e-3)));
}

}  // namespace

Gate::Gate(double drain_rate, bool breaker) : interval_(interval_at(drain_rate)), breaker_(breaker) {}

void Gate::renew(double drain_rate, bool breaker, Instant now, size_t backlog) {
  interval_ = interval_at(drain_rate);
  breaker_ = breaker;
  weight_ = 0;
  last_failed_ = 0;
  successes_ = {};
  probes_ = 0;
  if (std::exchange(state_, State::closed) != State::closed) drain(now, backlog);
}

Instant Gate::opens(Instant now) const {
  if (stops_ != 0 || state_ == State::probing) return Instant::max();
  if (state_ == State::open || backlog_ != 0) return next_;
  return now;
}

bool Gate::begin(Instant now) {
  if (state_ == State::open) {
    state_ = State::probing;
    return true;
  }
  if (backlog_ != 0) {
    --backlog_;
    next_ = std::max(next_, now - interval_) + interval_;
  }
  return false;
}

void Gate::end(Instant now, bool probe, const std::string& lane, const Ended& ended, double chance,
               size_t backlog) {
  if (ended.verdict == Verdict::delivered) successes_.note(std::hash<std::string>()(lane), now);
  if (!worth_retrying(ended.verdict)) {
    weight_ = 0;
    last_failed_ = 0;
    if (state_ == State::closed) return;
    state_ = State::closed;
    return drain(now, backlog);
  }
  if (!breaker_) return;
  if (state_ == State::closed) {
    note_failure(ended.verdict, lane);
    if (weight_ < kTrip) return;
    state_ = State::open;
    away_ = now;
    probes_ = 0;
    backlog_ = 0;
  } else if (!probe) {
    return;  // it had begun before the endpoint was known to be dead
  }
  state_ = State::open;
  next_ = now + probe_delay(++probes_, chance, ended.retry_after);
}

bool Gate::answered_others(const std::string& lane, Instant since) const {
  return successes_.of_another(std::hash<std::string>()(lane), since);
}

void Gate::drain(Instant now, size_t backlog) {
  backlog_ = backlog;
  next_ = now;
}

void Gate::forget(bool probe) {
  if (probe && state_ == State::probing) state_ = State::open;
}

void Gate::note_failure(Verdict verdict, const std::string& lane) {
  const size_t failed = std::hash<std::string>()(lane);
  if (verdict == Verdict::unavailable) {
    weight_ += 2;
  } else if (failed != last_failed_) {
    ++weight_;
  }
  last_failed_ = failed;
}

}  // namespace restanza::subscription
