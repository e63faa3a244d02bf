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

Verdict verdict_of(const Outcome& outcome, const Refusals& on_refusal, bool kept) {
  const Verdict verdict = verdict_of(outcome);
  const bool again = verdict == Verdict::refused && kept && on_refusal.of(outcome.status) == OnRefusal::retry;
  return again ? Verdict::failed : verdict;
}

subscription::Ended ended_of(const Outcome& outcome, const Refusals& on_refusal, bool kept) {
  const bool answered = outcome.end == Outcome::End::answered;
  const bool alone = answered ? outcome.status != 503 : outcome.end == Outcome::End::timeout;
  return {verdict_of(outcome, on_refusal, kept), outcome.retry_after,
          alone ? subscription::Concerns::conversation : subscription::Concerns::endpoint};
}

}  // namespace restanza::webhook
