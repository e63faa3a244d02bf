// SPDX-License-Identifier: MIT
#include "config/kept_values.h"

#include <nlohmann/json.hpp>

#include "base/json_end.h"
#include "config/parse.h"

namespace restanza::config {

std::string keeping(std::string_view before, std::string_view after, const std::vector<std::string>& keys) {
  nlohmann::json old_ones, all;
  const EmptyAtEnd old_emptied(old_ones), emptied(all);
  parse_into(old_ones, before);
  parse_into(all, after);
  for (const std::string& key : keys) {
    if (const auto now = all.find(key); now != all.end()) {
      empty_json(*now);
      all.erase(now);
    }
    if (const auto found = old_ones.find(key); found != old_ones.end()) all[key].swap(*found);
  }
  return all.dump();
}

}  // namespace restanza::config
