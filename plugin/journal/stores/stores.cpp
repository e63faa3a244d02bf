// SPDX-License-Identifier: MIT
#include "journal/stores/stores.h"

#include "journal/sqlite/store.h"
#include "journal/sqlite/table.h"

namespace restanza::journal {

const StoreKind& kind_of(const StorePlace&) {
  static const StoreKind sqlite = {
      SqliteStore::open,
      [](const StorePlace& place, const Clock& clock) { return table(place.directory, clock); },
      [](const StorePlace&) -> Result<std::string> {
        return std::string("a journal in SQLite is brought up to date when it is opened");
      }};
  return sqlite;
}

Result<std::string> read_database(const std::string& setting) {
  if (setting.empty() || setting == "sqlite") return std::string();
  return Error{"must be \"sqlite\""};
}

}  // namespace restanza::journal
