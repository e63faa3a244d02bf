// SPDX-License-Identifier: MIT
// The kinds of stores there are, a row each, and which of them the setting `journal` names. Any thread.
#pragma once

#include <string>

#include "base/result.h"
#include "journal/store.h"

namespace restanza::journal {

// Of a place that is durable or in memory; every place has one.
const StoreKind& kind_of(const StorePlace& place);

// What the setting `journal` says, as StorePlace::database has it. An error says what may stand there, and
// repeats nothing of it, for a password may be in it.
Result<std::string> read_database(const std::string& setting);

}  // namespace restanza::journal
