// SPDX-License-Identifier: MIT
#include "login/proven_logins.h"

#include <cstring>
#include <functional>
#include <string>

#include "base/random.h"

namespace restanza {
namespace {

uint64_t random_key() {
  uint64_t key = 0;
  const std::string bytes = random_bytes(sizeof key);
  std::memcpy(&key, bytes.data(), sizeof key);
  return key;
}

}  // namespace

ProvenLogins::ProvenLogins() : key_(random_key()) {}

// Whoever could choose another secret with the same digest would know the right one.
uint64_t ProvenLogins::digest_of(const Attempt& attempt) const {
  constexpr uint64_t kOdd = 0x9E3779B97F4A7C15;  // 2^64 divided by the golden ratio: spreads the bits
  uint64_t digest = key_;
  for (const auto part : {attempt.peer, attempt.name, attempt.secret}) {
    digest = (digest ^ std::hash<std::string_view>{}(part)) * kOdd;
    digest ^= digest >> 32;
  }
  return digest == 0 ? 1 : digest;
}

void ProvenLogins::remember(const Attempt& attempt) {
  const uint64_t digest = digest_of(attempt);
  auto& place = places_[digest % kPlaces];
  if (place.load(std::memory_order_relaxed) != digest) place.store(digest, std::memory_order_relaxed);
}

void ProvenLogins::forget(const Attempt& attempt) {
  uint64_t digest = digest_of(attempt);
  places_[digest % kPlaces].compare_exchange_strong(digest, 0, std::memory_order_relaxed);
}

bool ProvenLogins::has(const Attempt& attempt) const {
  const uint64_t digest = digest_of(attempt);
  return places_[digest % kPlaces].load(std::memory_order_relaxed) == digest;
}

}  // namespace restanza
