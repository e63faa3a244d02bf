// SPDX-License-Identifier: MIT
#include "webhook/health.h"

namespace restanza::webhook {

void Health::note(const Outcome& outcome) {
  if (outcome.end == Outcome::End::aborted) return;
  const bool failing = outcome.end != Outcome::End::answered;
  if (failing_.exchange(failing) == failing) return;
  if (!failing) {
    log_.info("webhook " + origin_ + " answers again");
  } else if (outcome.end == Outcome::End::timeout) {
    log_.warn("webhook " + origin_ + " does not answer in time");
  } else {
    log_.error("webhook " + origin_ + " cannot be reached: " + outcome.detail);
  }
}

}  // namespace restanza::webhook
