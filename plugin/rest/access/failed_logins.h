// SPDX-License-Identifier: MIT
// Who guesses passwords, and how long they wait for the answer. Failures are remembered by where they
// come from and whom they claim to be; while the answer to one waits, nothing else is checked for the same
// two, so that many guesses at once are no faster than one after the other. Where nothing has failed, an
// atomic flag is all that is looked at. Any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "rest/access/lru_map.h"

namespace restanza::rest {

// What somebody claims, and the proof. Borrowed for the call.
struct Attempt {
  std::string_view peer;
  std::string_view name;
  std::string_view secret;
};

class FailedLogins {
 public:
  using Wait = std::chrono::milliseconds;
  static constexpr int kFree = 5;  // failures that are told at once
  static constexpr Wait kFirst{250};
  static constexpr Wait kLongest{4000};
  static constexpr std::chrono::seconds kMemory{60};  // since the last failure
  // Pairs of peer and name. To push one out, so many others have to fail after it.
  static constexpr size_t kRemembered = 10000;
  static constexpr size_t kProven = 16;  // secrets of one pair

  explicit FailedLogins(const Clock& clock);

  // How long nothing is checked for this peer and name; zero: now. A secret that was right since the first
  // failure is no guess and does not wait: a guesser locks nobody out who is at work at the same address.
  Wait wait(const Attempt& attempt);

  // What follows from a check. Locked: another one failed meanwhile, so that this one's outcome must not be
  // told, whatever it is; nothing is noted. Otherwise it is told after `late`.
  struct Verdict {
    Wait locked{0};
    Wait late{0};
  };
  // A right secret ends the waiting, but each one only once: otherwise somebody who knows one password could
  // use it again and again to end the waiting between guesses.
  Verdict judge(const Attempt& attempt, bool right);

  size_t remembered();

 private:
  struct Failures {
    int count = 0;
    Instant last{};
    Instant locked_until{};
    std::vector<std::string> proven;  // digests
  };

  void forget_old();
  std::string digest_of(std::string_view secret) const;
  Wait locked(const Failures& failures, const std::string& digest) const;

  const Clock& clock_;
  const std::string salt_;
  std::atomic<bool> any_{false};
  std::mutex mutex_;
  LruMap<Failures> failures_{kRemembered};
};

// The peer for who counts failures: of an IPv6 address its network of 64 bits, within which anybody may take
// as many addresses as they like.
std::string network_of(std::string_view peer);

// The account that a name means, however it is written: "Alice", "alice" and "alice@localhost" are one, and
// so are accounts of one name at several domains, which is a small price.
std::string account_of(std::string_view name);

}  // namespace restanza::rest
