// SPDX-License-Identifier: MIT
#include "rest/answers/query_members.h"

#include "base/str.h"
#include "mapping/json/flat_json.h"
#include "mapping/media_type.h"

namespace restanza::rest {

Result<Members, Refusal> query_members(std::string_view query) {
  Members members;
  for (const std::string_view pair : split(query, '&')) {
    if (pair.empty()) continue;
    const size_t equals = pair.find('=');
    const auto name = percent_decode(pair.substr(0, equals));
    const auto value =
        percent_decode(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1));
    if (!name || !value || !valid_utf8(*name) || !valid_utf8(*value))
      return refused::bad_query("The query has a broken escape");
    members.emplace_back(*name, *value);
  }
  return members;
}

Result<Members, Refusal> members_of(const http::Request& request) {
  if (request.body.empty()) return query_members(request.query);
  const auto type = request.header("Content-Type");
  if (mapping::format_of(type.value_or("")) != mapping::Format::json)
    return refused::media_type(type, mapping::media_type(mapping::Format::json));
  auto members = mapping::parse_flat_json(request.body);
  if (!members) return refused::bad_query(members.error().text);
  return std::move(*members);
}

}  // namespace restanza::rest
