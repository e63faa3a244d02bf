// SPDX-License-Identifier: MIT
// How an attempt may have ended, for the tests that make none.
#pragma once

#include "subscription/verdict.h"

namespace restanza::subscription {

inline constexpr Ended kDelivered{Verdict::delivered};
inline constexpr Ended kFailed{Verdict::failed};
inline constexpr Ended kSilent{Verdict::unavailable};                            // nobody is there
inline constexpr Ended kLate{Verdict::unavailable, {}, Concerns::conversation};  // no answer in time

}  // namespace restanza::subscription
