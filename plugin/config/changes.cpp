// SPDX-License-Identifier: MIT
#include "config/changes.h"

#include <nlohmann/json.hpp>
#include <set>

namespace restanza::config {

std::vector<std::string> changed_keys(std::string_view before, std::string_view after) {
  const auto old_ones = nlohmann::json::parse(before.begin(), before.end(), nullptr, false);
  const auto new_ones = nlohmann::json::parse(after.begin(), after.end(), nullptr, false);
  std::set<std::string> changed;
  for (const auto* side : {&old_ones, &new_ones}) {
    if (!side->is_object()) continue;
    const auto& other = side == &old_ones ? new_ones : old_ones;
    for (const auto& [key, value] : side->items()) {
      if (!other.is_object() || !other.contains(key) || other[key] != value) changed.insert(key);
    }
  }
  return {changed.begin(), changed.end()};
}

std::string keeping(std::string_view before, std::string_view after, const std::vector<std::string>& keys) {
  const auto old_ones = nlohmann::json::parse(before.begin(), before.end());
  auto all = nlohmann::json::parse(after.begin(), after.end());
  for (const std::string& key : keys) {
    all.erase(key);
    if (const auto found = old_ones.find(key); found != old_ones.end()) all[key] = *found;
  }
  return all.dump();
}

}  // namespace restanza::config
