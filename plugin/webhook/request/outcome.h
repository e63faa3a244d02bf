// SPDX-License-Identifier: MIT
// How a webhook's request ended. A plain value, and pure functions for any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "subscription/verdict.h"

namespace restanza::webhook {

struct Outcome {
  using End = subscription::End;
  End end = End::unreachable;  // answered: status, content_type and body tell the rest
  int status = 0;
  std::string content_type;
  std::string accept;  // of the answer: what the endpoint would like to be sent
  std::string body;
  bool truncated = false;  // the body was longer than allowed, and `body` is its beginning
  std::string unreadable;  // why `body` is not what the endpoint wrote, for people; empty: it is
  std::optional<std::chrono::seconds> retry_after;  // of the answer, from when it came
  std::string detail;                               // for people: why there is no answer
};

Outcome without_answer(Outcome::End end);

// A header's value for the log: it may be any bytes, and any number of them.
std::string shown_value(std::string_view value);

std::string described(const Outcome& outcome);  // "it answered 500"; for people

}  // namespace restanza::webhook
