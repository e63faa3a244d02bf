// SPDX-License-Identifier: GPL-3.0-or-later
// What more than one setting of the host is read with. [setup] only.
#pragma once

#include <string>

#include "config/toml_reader.h"

namespace restanza::host {

// A domain, prepared.
Result<void> read_domain(const std::string& text, std::string& into);

// A secret that stands in a file of its own.
void read_secret_file(TomlReader& reader, const char* key, std::string& secret);

}  // namespace restanza::host
