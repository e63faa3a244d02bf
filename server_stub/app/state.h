// SPDX-License-Identifier: GPL-3.0-or-later
// What lies on disk between runs: the state directories, and the secrets that a first start without a
// configuration generates, each in a file of its own that only its owner can read. [setup] only.
#pragma once

#include <string>

#include "base/result.h"

namespace restanza::host {

// The directory with all above it, for its owner alone where it is new.
Result<void> make_directory(const std::string& path);

// The secret in the file; a random one is generated where there is no file yet (mode 0600).
Result<std::string> kept_secret(const std::string& file);

}  // namespace restanza::host
