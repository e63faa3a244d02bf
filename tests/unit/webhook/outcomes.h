// SPDX-License-Identifier: MIT
// How a request may have ended, for the tests that make none.
#pragma once

#include <string>

#include "webhook/request/outcome.h"

namespace restanza::webhook {

inline Outcome answered(int status, const std::string& content_type = "", const std::string& body = "") {
  Outcome outcome;
  outcome.end = Outcome::End::answered;
  outcome.status = status;
  outcome.content_type = content_type;
  outcome.body = body;
  return outcome;
}

inline Outcome ended(Outcome::End end) {
  Outcome outcome;
  outcome.end = end;
  return outcome;
}

}  // namespace restanza::webhook
