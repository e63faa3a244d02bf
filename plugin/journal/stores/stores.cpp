// SPDX-License-Identifier: MIT
#include "journal/stores/stores.h"

#include "journal/postgres/client/address.h"
#include "journal/postgres/store.h"
#include "journal/postgres/table.h"
#include "journal/sqlite/store.h"
#include "journal/sqlite/table.h"

namespace restanza::journal {

const StoreKind& kind_of(const StorePlace& place) {
  static const StoreKind sqlite = {
      SqliteStore::open,
      [](const StorePlace& where, const Clock& clock) { return table(where.directory, clock); },
      [](const StorePlace&) -> Result<std::string> {
        return std::string("a journal in SQLite is brought up to date when it is opened");
      }};
  static const StoreKind postgres = {postgres::PostgresStore::open, postgres::table,
                                     postgres::PostgresStore::migrate};
  return place.database.empty() ? sqlite : postgres;
}

Result<std::string> read_database(const std::string& setting) {
  if (setting.empty() || setting == "sqlite") return std::string();
  if (!postgres::is_address(setting)) {
    return Error{
        "must be \"sqlite\", or how a PostgreSQL server is reached: \"postgresql://USER@HOST/DATABASE\""};
  }
  if (const auto address = postgres::read_address(setting); !address) return address.error();
  return setting;
}

}  // namespace restanza::journal
