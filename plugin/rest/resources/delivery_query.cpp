// SPDX-License-Identifier: MIT
#include "rest/resources/delivery_query.h"

#include <limits>
#include <optional>

#include "base/date.h"
#include "base/str.h"

namespace restanza::rest {
namespace {

Result<void, Refusal> read_time(const std::string& name, const std::string& value,
                                std::optional<WallTime>& into) {
  into = parse_rfc3339(value);
  if (!into) return refused::bad_query("'" + name + "' must be a time such as 2030-01-31T12:00:00Z");
  return {};
}

Result<void, Refusal> read_state(const std::string& value, std::optional<journal::State>& into) {
  if (value == "waiting") into = journal::State::waiting;
  if (value == "dead") into = journal::State::dead;
  if (!into) return refused::bad_query("'state' must be waiting or dead");
  return {};
}

Result<void, Refusal> read_member(const std::string& name, const std::string& value, bool paged,
                                  DeliveryQuery& query) {
  if (name == "state") return read_state(value, query.filter.state);
  if (name == "after") return read_time(name, value, query.filter.after);
  if (name == "before") return read_time(name, value, query.filter.before);
  if (name == "endpoint") {
    query.filter.endpoint = value;
    if (value.empty()) return refused::bad_query("'endpoint' must name one");
    return {};
  }
  const auto number = parse_number(value);
  if (paged && name == "limit") {
    query.limit = static_cast<size_t>(number.value_or(0));
    if (query.limit < 1 || query.limit > DeliveryQuery::kMaxLimit)
      return refused::bad_query("'limit' must be 1 to " + std::to_string(DeliveryQuery::kMaxLimit));
    return {};
  }
  if (paged && name == "beyond") {
    if (!number || *number > static_cast<uint64_t>(std::numeric_limits<journal::Seq>::max()))
      return refused::bad_query("'beyond' must be the 'next' of another answer");
    query.beyond = static_cast<journal::Seq>(*number);
    return {};
  }
  return refused::bad_query("'" + name + "' is an unknown option: state, endpoint, after, before" +
                            (paged ? ", limit and beyond are known" : " are known"));
}

}  // namespace

Result<DeliveryQuery, Refusal> delivery_query(const Members& members, bool paged) {
  DeliveryQuery query;
  for (const auto& [name, value] : members) {
    if (auto read = read_member(name, value, paged, query); !read) return read.error();
  }
  return query;
}

}  // namespace restanza::rest
