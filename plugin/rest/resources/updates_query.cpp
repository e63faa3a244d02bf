// SPDX-License-Identifier: MIT
#include "rest/resources/updates_query.h"

#include <string>

#include "base/str.h"
#include "rest/answers/options.h"

namespace restanza::rest {
namespace {

Result<void, Refusal> read_limit(const std::string& value, size_t& limit) {
  const auto number = parse_number(value);
  if (!number || *number < 1 || *number > UpdatesQuery::kMaxLimit)
    return refused::bad_query("'limit' must be 1 to " + std::to_string(UpdatesQuery::kMaxLimit));
  limit = static_cast<size_t>(*number);
  return {};
}

Result<void, Refusal> read_timeout(const std::string& value, std::chrono::seconds& timeout) {
  const auto number = parse_number(value);
  const auto most = static_cast<uint64_t>(UpdatesQuery::kMaxTimeout.count());
  if (!number || *number > most)
    return refused::bad_query("'timeout' must be 0 to " + std::to_string(most) + " seconds");
  timeout = std::chrono::seconds(*number);
  return {};
}

}  // namespace

Result<UpdatesQuery, Refusal> updates_query(std::string_view query) {
  const auto members = query_members(query);
  if (!members) return members.error();
  UpdatesQuery asked;
  const auto read = read_options(
      *members, {text_option("consumer", asked.place.consumer),
                 text_option("after", asked.place.cursor),
                 {"limit", [&](const std::string& value) { return read_limit(value, asked.limit); }},
                 {"timeout", [&](const std::string& value) { return read_timeout(value, asked.timeout); }}});
  if (!read) return read.error();
  return asked;
}

}  // namespace restanza::rest
