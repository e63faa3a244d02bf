// SPDX-License-Identifier: MIT
#include "config/kept_values.h"

#include <nlohmann/json.hpp>

namespace restanza::config {

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
