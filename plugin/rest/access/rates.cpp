// SPDX-License-Identifier: MIT
#include "rest/access/rates.h"

#include <algorithm>
#include <cmath>

namespace restanza::rest {

std::chrono::nanoseconds Bucket::take(Instant now, double rate) {
  constexpr double kSecond = 1e9;
  const auto each = static_cast<int64_t>(std::ceil(kSecond / rate));
  const auto spare = static_cast<int64_t>((std::max(1.0, rate) - 1) * static_cast<double>(each));
  const int64_t at = std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count();
  const int64_t missing = std::max<int64_t>(full_at - at, 0);  // of a full bucket, as the time to fill it
  if (missing > spare) return std::chrono::nanoseconds(missing - spare);
  full_at = at + missing + each;
  return std::chrono::nanoseconds::zero();
}

std::chrono::nanoseconds SharedBucket::take(Instant now, double rate) {
  int64_t seen = full_at_.load(std::memory_order_relaxed);
  for (;;) {
    Bucket bucket{seen};
    const auto wait = bucket.take(now, rate);
    if (wait > wait.zero()) return wait;
    if (full_at_.compare_exchange_weak(seen, bucket.full_at, std::memory_order_relaxed)) return wait;
  }
}

Rates::Rates(double common, const std::vector<Token>& tokens, const Clock& clock)
    : common_(common), tokens_(tokens), clock_(clock), buckets_(tokens.size()) {}

std::chrono::nanoseconds Rates::common(SharedBucket& bucket) {
  return common_ > 0 ? bucket.take(clock_.now(), common_) : std::chrono::nanoseconds::zero();
}

std::chrono::nanoseconds Rates::token(size_t index) {
  const double rate = tokens_[index].rate;
  return rate > 0 ? buckets_[index].take(clock_.now(), rate) : std::chrono::nanoseconds::zero();
}

std::chrono::nanoseconds Rates::account(std::string_view bare_jid) {
  if (common_ <= 0) return std::chrono::nanoseconds::zero();
  const std::lock_guard<std::mutex> lock(mutex_);
  return accounts_.use(bare_jid).take(clock_.now(), common_);
}

}  // namespace restanza::rest
