// SPDX-License-Identifier: MIT
#include "journal/postgres/redate.h"

#include <string>
#include <utility>

#include "journal/postgres/stored.h"

namespace restanza::journal::postgres {
namespace {

int64_t moved_by(WallTime::duration by) {
  return std::chrono::floor<std::chrono::milliseconds>(by).count();
}

}  // namespace

void redate(Connection& connection, const Redated& redated) {
  for (const auto& [table, column] : {std::pair("delivery", "accepted"), std::pair("delivery", "changed"),
                                      std::pair("request_key", "started"), std::pair("ticket", "since")}) {
    const std::string date = column;
    connection.add("UPDATE " + std::string(table) + " SET " + date + " = " + date + " + CASE WHEN " + date +
                       " < $1::int8 THEN $2::int8 WHEN " + date + " <= $3::int8 THEN $4::int8 ELSE 0 END",
                   Params()
                       .integer(to_ms(redated.begin))
                       .integer(moved_by(redated.earlier_by))
                       .integer(to_ms(redated.until))
                       .integer(moved_by(redated.by)));
  }
}

}  // namespace restanza::journal::postgres
