// SPDX-License-Identifier: MIT
// Secrets that settings name by a file. A name without '/' is a credential that systemd passed to the service
// (LoadCredential= of systemd.exec(5)): it lies in $CREDENTIALS_DIRECTORY, where that is set. Everything else
// is a path. Any thread; it blocks for as long as the disk does.
#pragma once

#include <string>

#include "base/result.h"

namespace restanza {

std::string credential_path(const std::string& file);

// The file's content without the whitespace around it. An error, to be put behind the name of the setting,
// where nothing is left or the file cannot be read; it never holds the secret.
Result<std::string> read_secret(const std::string& file);

}  // namespace restanza
