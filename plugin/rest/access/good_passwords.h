// SPDX-License-Identifier: MIT
// Passwords of accounts that the host has found right a moment ago, so that a program which asks all the time
// does not have each of its requests checked: hosts make a check slow on purpose, and some have one thread
// for everything. Only what was right is kept, for a short time, as an HMAC under a key of this process. Any
// thread; a lock is held for a look into a table. The clock outlives it.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "login/lru_map.h"

namespace restanza::rest {

class GoodPasswords {
 public:
  static constexpr std::chrono::seconds kMemory{5};  // since the check: a change of the password shows then
  static constexpr size_t kLimit = 10000;            // one more, and the oldest one is forgotten

  explicit GoodPasswords(const Clock& clock) : clock_(clock) {}

  // The account's bare address, where this password was right for this name.
  std::optional<std::string> account(std::string_view name, std::string_view password);
  void remember(std::string_view name, std::string_view password, std::string bare_jid);

 private:
  struct Good {
    std::string bare_jid;
    Instant until{};
  };
  void forget_old();  // with the lock

  const Clock& clock_;
  std::mutex mutex_;
  LruMap<Good> good_{kLimit};  // by HMAC; what was checked last is used last
};

}  // namespace restanza::rest
