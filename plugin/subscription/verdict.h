// SPDX-License-Identifier: MIT
// How an attempt to deliver a stanza ended, what that says of the stanza and of the endpoint, and when to try
// again. Nothing here knows how stanzas travel. Plain values and pure functions, any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace restanza::subscription {

enum class End {
  answered,
  unreachable,  // no connection, or it broke before the answer was whole
  timeout,      // the deadline passed
  aborted,      // deliveries are being stopped here
};

enum class Verdict {
  delivered,
  refused,      // it answered, and will not answer otherwise: the stanza's fault
  gone,         // the endpoint wants nothing any more
  failed,       // it answered that it cannot right now
  unavailable,  // nobody is there, or it asks for patience
};

const char* name_of(Verdict verdict);  // "delivered"

// Of whom a failure tells.
enum class Concerns {
  endpoint,      // whoever asks next fares the same
  conversation,  // it may be the stanza's fault or its sender's, until others fare the same
};

// What the queue has to know of an attempt that has ended.
struct Ended {
  Verdict verdict = Verdict::unavailable;
  std::optional<std::chrono::seconds> retry_after = {};  // how long the endpoint asks to be left alone
  Concerns concerns = Concerns::endpoint;
};

inline bool worth_retrying(Verdict verdict) {
  return verdict == Verdict::failed || verdict == Verdict::unavailable;
}

inline constexpr std::chrono::hours kLifetime{24};           // of a delivery, from its acceptance
inline constexpr std::chrono::seconds kMaxRetryAfter{3600};  // of what an endpoint asks for, that is honoured
// Of one delivery, each while the endpoint answers others: it has answered one of them with success in this
// time, and since the failure before.
inline constexpr uint32_t kMaxFailures = 5;
inline constexpr std::chrono::minutes kRecently{5};

// How long to wait after so many failed attempts (1 or more): 1 s, 5 s, 30 s, 2 min, 10 min, 30 min, then an
// hour each; a fifth more or less by `chance` (0 to 1), so that what failed together does not come back
// together. At least what the endpoint asked for.
std::chrono::milliseconds retry_delay(uint32_t attempts, double chance,
                                      std::optional<std::chrono::seconds> asked);

// The same for the single request that looks whether a dead endpoint is back: never longer than 30 s.
std::chrono::milliseconds probe_delay(uint32_t attempts, double chance,
                                      std::optional<std::chrono::seconds> asked);

}  // namespace restanza::subscription
