// SPDX-License-Identifier: MIT
// Who guesses passwords, and how long they wait for the answer. Failures are remembered by where they come
// from and whom they claim to be; while the answer to one waits, nothing else is checked for the same two, so
// that many guesses at once are no faster than one after the other. An address that claims to be ever more
// people waits as a whole, and so cannot make the table forget its guesses by inventing names. Memory is
// fixed: some 7 MB at the most. Where nothing has failed, an atomic flag and one place of a table are all
// that is looked at. Any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "login/lru_map.h"
#include "login/proven_logins.h"

namespace restanza {

class FailedLogins {
 public:
  using Wait = std::chrono::milliseconds;
  static constexpr int kFree = 5;  // failures of a name that are told at once
  static constexpr Wait kFirst{250};
  static constexpr Wait kLongest{4000};
  static constexpr std::chrono::seconds kMemory{60};  // since the last failure
  static constexpr size_t kNames = 16;                // of one address; failures of further ones are its own
  // Addresses. To push one out, so many others have to fail after it.
  static constexpr size_t kAddresses = 10000;
  // Attempts of kMemory that come while a name waits: past these a login that was right before waits too, for
  // otherwise they would be guesses at its secret, as fast as they come.
  static constexpr int kSpared = 1000;

  // The account that a name means, however it is written.
  using AccountOf = std::string (*)(std::string_view name);

  FailedLogins(const Clock& clock, AccountOf account_of);

  // How long nothing is checked for this peer and name; zero: now. A login that was right before is no guess
  // and does not wait: a guesser locks nobody out who is at work at the same address.
  Wait wait(const Attempt& attempt);

  // What follows from a check. Locked: another one failed meanwhile, so that this one's outcome must not be
  // told, whatever it is; nothing is noted. Otherwise it is told after `late`.
  struct Verdict {
    Wait locked{0};
    Wait late{0};
  };
  // A right secret ends the waiting of its name, but only once: otherwise somebody who knows one password
  // could use it again and again to end the waiting between guesses.
  Verdict judge(const Attempt& attempt, bool right);

  size_t remembered();  // addresses

 private:
  struct Failures {
    size_t account = 0;  // its hash
    int count = 0;
    int refused = 0;  // attempts while it waited, in a time of kMemory
    Instant refused_since{};
    bool forgiven = false;
    Instant last{};
    Instant locked_until{};
  };
  struct Address {
    Instant last{};
    Failures further_names;
    std::vector<Failures> names;
  };

  void forget_old();
  Failures* named(Address& address, size_t account);
  Failures& to_count(Address& address, size_t account);
  Wait locked(Failures* name, Failures& further_names, const Attempt& attempt);

  const Clock& clock_;
  const AccountOf account_of_;
  ProvenLogins proven_;
  std::atomic<bool> any_{false};
  std::mutex mutex_;
  LruMap<Address> addresses_{kAddresses};
};

// The peer for who counts failures: of an IPv6 address its network of 64 bits, within which anybody may take
// as many addresses as they like.
std::string network_of(std::string_view peer);

}  // namespace restanza
