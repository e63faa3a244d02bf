// SPDX-License-Identifier: MIT
// What a queue in a database holds, as a table for people, from outside of any host: reads only. Any thread;
// waits for the server. Internal to this folder, but for the row of the store.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "journal/store.h"

namespace restanza::journal::postgres {

// A ReportStore. Ends with the hosts that have, or had, the queue.
Result<std::string> table(const StorePlace& place, const Clock& clock);

}  // namespace restanza::journal::postgres
