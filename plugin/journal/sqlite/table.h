// SPDX-License-Identifier: MIT
// What a journal holds, as a table for people: from outside, while the process that owns it runs, after it
// stopped, or after it was killed. Reads only: it takes no lock and creates nothing. Any thread; waits for
// the disk.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace restanza::journal {

// The endpoints, the first deliveries without their bodies, and how many idempotency keys the credentials
// have that have most; of what an earlier version wrote, without the keys. An error where there is no
// journal, or none that this version can read; it names the file.
Result<std::string> table(const std::string& directory, const Clock& clock);

}  // namespace restanza::journal
