// SPDX-License-Identifier: MIT
// The layout of a queue in a database, its version, and the steps from each version to the next. A queue has
// a schema of its own, named after the plugin's domain. Functions over a connection; internal to this folder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "journal/postgres/client/connection.h"

namespace restanza::journal::postgres {

// The names of PostgreSQL have at most 63 bytes, and this one begins with "restanza_".
inline constexpr size_t kMaxDomain = 54;
Result<std::string> schema_of(const std::string& domain);

// The version of the layout that this program writes.
int64_t known_version();

// Whether the tables are of that version. The error names the remedy.
Tried<void> check_layout(Connection& connection);

// Creates the schema and carries out the steps that it has not had, each in a transaction. Two that do it at
// once take turns. Says what was done, for people. An error where a later version made the tables.
Tried<std::string> migrate(Connection& connection, const std::string& schema);

}  // namespace restanza::journal::postgres
