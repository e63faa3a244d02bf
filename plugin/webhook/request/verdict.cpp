// SPDX-License-Identifier: MIT
#include "webhook/request/verdict.h"

namespace restanza::webhook {

Verdict verdict_of(const Outcome& outcome) {
  if (outcome.end != Outcome::End::answered) return Verdict::unavailable;
  switch (outcome.status) {
    case 408:
    case 425:
    case 429:
    case 502:
    case 503:
    case 504:
      return Verdict::unavailable;
    case 410:
      return Verdict::gone;
    default:
      break;
  }
  if (outcome.status / 100 == 2) return Verdict::delivered;
  return outcome.status / 100 == 5 ? Verdict::failed : Verdict::refused;
}

subscription::Ended ended_of(const Outcome& outcome) {
  const bool answered = outcome.end == Outcome::End::answered;
  const bool alone = answered ? outcome.status != 503 : outcome.end == Outcome::End::timeout;
  return {verdict_of(outcome), outcome.retry_after,
          alone ? subscription::Concerns::conversation : subscription::Concerns::endpoint};
}

}  // namespace restanza::webhook
