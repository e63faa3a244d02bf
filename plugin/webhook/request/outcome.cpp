// SPDX-License-Identifier: MIT
#include "webhook/request/outcome.h"

#include <algorithm>

#include "base/str.h"

namespace restanza::webhook {
namespace {

constexpr size_t kMaxShownValue = 100;  // bytes

}  // namespace

Outcome without_answer(Outcome::End end) {
  Outcome outcome;
  outcome.end = end;
  return outcome;
}

std::string shown_value(std::string_view value) {
  const std::string_view shown = value.substr(0, kMaxShownValue);
  const bool plain = std::all_of(shown.begin(), shown.end(), [](char c) { return c >= ' ' && c <= '~'; });
  return plain ? std::string(shown) : percent_encode(shown);
}

std::string described(const Outcome& outcome) {
  if (outcome.end == Outcome::End::answered) return "it answered " + std::to_string(outcome.status);
  if (outcome.end == Outcome::End::timeout) return "it did not answer in time";
  return outcome.detail.empty() ? "it cannot be reached" : outcome.detail;
}

}  // namespace restanza::webhook
