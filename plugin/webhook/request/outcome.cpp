// SPDX-License-Identifier: MIT
#include "webhook/request/outcome.h"

namespace restanza::webhook {

Outcome without_answer(Outcome::End end) {
  Outcome outcome;
  outcome.end = end;
  return outcome;
}

std::string described(const Outcome& outcome) {
  if (outcome.end == Outcome::End::answered) return "it answered " + std::to_string(outcome.status);
  if (outcome.end == Outcome::End::timeout) return "it did not answer in time";
  return outcome.detail.empty() ? "it cannot be reached" : outcome.detail;
}

}  // namespace restanza::webhook
