// SPDX-License-Identifier: MIT
// How a request may have ended, for the tests that make none.
#pragma once

#include "webhook/request/outcome.h"

namespace restanza::webhook {

inline Outcome answered(int status) {
  Outcome outcome;
  outcome.end = Outcome::End::answered;
  outcome.status = status;
  return outcome;
}

inline Outcome ended(Outcome::End end) {
  Outcome outcome;
  outcome.end = end;
  return outcome;
}

}  // namespace restanza::webhook
