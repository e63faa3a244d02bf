// SPDX-License-Identifier: MIT
#include "mapping/json/flat_json.h"

#include "mapping/json/json.h"

namespace restanza::mapping {

Result<std::vector<std::pair<std::string, std::string>>> parse_flat_json(std::string_view json) {
  auto parsed = parse_json(json);
  if (!parsed) return parsed.error();
  const EmptyAtEnd emptied(*parsed);
  if (!parsed->is_object()) return Error{"The body must be a JSON object"};
  std::vector<std::pair<std::string, std::string>> members;
  for (const auto& [name, value] : parsed->items()) {
    if (!value.is_string() && !value.is_number()) return Error{"/" + name + " must be a text or a number"};
    members.emplace_back(name, value.is_string() ? value.get<std::string>() : dump(value));
  }
  return members;
}

}  // namespace restanza::mapping
