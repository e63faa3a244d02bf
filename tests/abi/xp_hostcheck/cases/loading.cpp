// SPDX-License-Identifier: MIT
#include "cases/cases.h"

namespace restanza::hostcheck {
namespace {

void refuses_what_is_no_plugin(Session& s) {
  s.refuses(rules::kOwnSymbol);
}

void refuses_the_descriptor(Session& s) {
  s.refuses(rules::kRefuses);
}

void works_beside_other_symbols(Session& s) {
  s.is_ready();
  s.goes_on(rules::kMisuse);
  s.ends_well();
}

}  // namespace

std::vector<Case> loading_cases() {
  return {{"no_symbol", "no_symbol", "a library that is no plugin is refused", refuses_what_is_no_plugin},
          {"null_descriptor", "null_descriptor", "so is one without a descriptor", refuses_what_is_no_plugin},
          {"short_size", "short_size", "and one whose descriptor is too short", refuses_the_descriptor},
          {"future_minor", "future_minor", "and one that asks for a newer host", refuses_the_descriptor},
          {"exports_more", "exports_more", "one that exports more than its entry works",
           works_beside_other_symbols}};
}

}  // namespace restanza::hostcheck
