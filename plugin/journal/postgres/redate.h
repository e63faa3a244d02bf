// SPDX-License-Identifier: MIT
// What a jump of the wall clock does to every date that is stored. Internal to this folder.
#pragma once

#include "journal/change.h"
#include "journal/postgres/client/connection.h"

namespace restanza::journal::postgres {

// Adds the statements to the connection, which runs them.
void redate(Connection& connection, const Redated& redated);

}  // namespace restanza::journal::postgres
