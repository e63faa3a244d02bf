// SPDX-License-Identifier: MIT
// Which cases of a kit are played: all, or those that were named, in the kit's order. Pure functions.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

namespace restanza {

template <class Case>
std::vector<Case> joined(std::initializer_list<std::vector<Case>> parts) {
  std::vector<Case> all;
  for (const auto& cases : parts) all.insert(all.end(), cases.begin(), cases.end());
  return all;
}

// No names: all of them. False where a name is not that of one case.
template <class Case>
bool choose(const std::vector<std::string>& names, std::vector<Case>& cases) {
  if (names.empty()) return true;
  std::vector<Case> chosen;
  for (const Case& each : cases) {
    for (const std::string& name : names) {
      if (name == each.name) chosen.push_back(each);
    }
  }
  cases.swap(chosen);
  return cases.size() == names.size();
}

}  // namespace restanza
