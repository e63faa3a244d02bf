// SPDX-License-Identifier: MIT
// Which logins were right before: so that who is at work does not wait for the failures of others. A table of
// a fixed size, without locks; it holds digests under a key of its own. Where two logins fall on one place
// the older one is forgotten, and then waits like any other. Any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace restanza {

// What somebody claims, and the proof. Borrowed for the call.
struct Attempt {
  std::string_view peer;
  std::string_view name;
  std::string_view secret;
};

class ProvenLogins {
 public:
  static constexpr size_t kPlaces = 8192;

  ProvenLogins();

  void remember(const Attempt& attempt);
  void forget(const Attempt& attempt);
  bool has(const Attempt& attempt) const;

 private:
  uint64_t digest_of(const Attempt& attempt) const;

  const uint64_t key_;
  std::array<std::atomic<uint64_t>, kPlaces> places_{};  // 0: none
};

}  // namespace restanza
