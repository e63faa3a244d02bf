// SPDX-License-Identifier: MIT
// What a request's outcome means for its delivery, and when to try again. Pure functions, any thread.
#pragma once

#include <chrono>
#include <cstdint>

#include "webhook/outcome.h"

namespace restanza::webhook {

enum class Verdict {
  delivered,    // 2xx
  refused,      // it answered, and will not answer otherwise: the stanza's fault
  gone,         // 410: the endpoint wants nothing any more
  failed,       // it answered that it cannot right now: 5xx
  unavailable,  // nobody is there, or it asks for patience: no answer, 408, 425, 429, 502, 503, 504
};

Verdict verdict_of(const Outcome& outcome);

inline bool worth_retrying(Verdict verdict) {
  return verdict == Verdict::failed || verdict == Verdict::unavailable;
}

inline constexpr std::chrono::hours kLifetime{24};           // of a delivery, from its acceptance
inline constexpr std::chrono::seconds kMaxRetryAfter{3600};  // of a Retry-After that is honoured
inline constexpr uint32_t kMaxFailures = 5;  // of one delivery, while the endpoint answers others

// How long to wait after so many failed attempts (1 or more): 1 s, 5 s, 30 s, 2 min, 10 min, 30 min, then an
// hour each; a fifth more or less by `chance` (0 to 1), so that what failed together does not come back
// together. At least what the endpoint asked for.
std::chrono::milliseconds retry_delay(uint32_t attempts, double chance, const Outcome& outcome);

// The same for the single request that looks whether a dead endpoint is back: never longer than 30 s.
std::chrono::milliseconds probe_delay(uint32_t attempts, double chance, const Outcome& outcome);

}  // namespace restanza::webhook
