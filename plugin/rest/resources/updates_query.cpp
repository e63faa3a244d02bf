// SPDX-License-Identifier: MIT
#include "rest/resources/updates_query.h"

#include "base/str.h"
#include "rest/resources/delivery_query.h"

namespace restanza::rest {
namespace {

Result<void, Refusal> read_option(const std::string& name, const std::string& value, UpdatesQuery& query) {
  const auto number = parse_number(value);
  if (name == "consumer") {
    query.consumer = value;
  } else if (name == "after") {
    query.after = value;
  } else if (name == "limit") {
    if (!number || *number < 1 || *number > UpdatesQuery::kMaxLimit)
      return refused::bad_query("'limit' must be 1 to " + std::to_string(UpdatesQuery::kMaxLimit));
    query.limit = static_cast<size_t>(*number);
  } else if (name == "timeout") {
    const auto most = static_cast<uint64_t>(UpdatesQuery::kMaxTimeout.count());
    if (!number || *number > most)
      return refused::bad_query("'timeout' must be 0 to " + std::to_string(most) + " seconds");
    query.timeout = std::chrono::seconds(*number);
  } else {
    return refused::bad_query("'" + name.substr(0, 100) +
                              "' is an unknown option: consumer, after, limit and timeout are known");
  }
  return {};
}

}  // namespace

Result<UpdatesQuery, Refusal> updates_query(std::string_view query) {
  const auto members = query_members(query);
  if (!members) return members.error();
  UpdatesQuery asked;
  for (const auto& [name, value] : *members) {
    if (auto read = read_option(name, value, asked); !read) return read.error();
  }
  return asked;
}

}  // namespace restanza::rest
