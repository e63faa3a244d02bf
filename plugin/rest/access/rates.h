// SPDX-License-Identifier: MIT
// How often each credential may ask, by a token bucket for each. A bucket holds one second's worth of
// requests, at least one, and fills up again at the rate; a request takes one out of it, or is told how long
// to wait. Any thread, never blocks; without a rate nothing is locked, looked up or kept.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "login/lru_map.h"
#include "rest/access/token.h"

namespace restanza::rest {

// A bucket is no more than the moment when it is full again, in nanoseconds of the steady clock.
struct Bucket {
  int64_t full_at = 0;

  // Zero: one was taken. Otherwise how long until there is one; nothing was taken, so that asking too often
  // does not make it last longer.
  std::chrono::nanoseconds take(Instant now, double rate);
};

// The same for all threads at once.
class SharedBucket {
 public:
  std::chrono::nanoseconds take(Instant now, double rate);

 private:
  std::atomic<int64_t> full_at_{0};
};

class Rates {
 public:
  // Accounts that are told apart. Whoever logs in past it takes the place of the one that has been idle for
  // longest, whose bucket is full by then but at the slowest rates: nobody gains by that without as many
  // accounts of their own.
  static constexpr size_t kAccounts = 10000;

  // `common`: requests a second of every credential that is no token; 0: any number.
  Rates(double common, const std::vector<Token>& tokens, const Clock& clock);

  // Zero: go on. Otherwise how long this credential has to wait.
  std::chrono::nanoseconds token(size_t index);
  std::chrono::nanoseconds component() { return common(component_); }
  std::chrono::nanoseconds anonymous() { return common(anonymous_); }
  std::chrono::nanoseconds account(std::string_view bare_jid);

 private:
  std::chrono::nanoseconds common(SharedBucket& bucket);

  const double common_;
  const std::vector<Token>& tokens_;
  const Clock& clock_;
  SharedBucket component_;
  SharedBucket anonymous_;
  std::vector<SharedBucket> buckets_;  // of the tokens, in their order
  std::mutex mutex_;                   // of the accounts
  LruMap<Bucket> accounts_{kAccounts};
};

}  // namespace restanza::rest
