// SPDX-License-Identifier: GPL-3.0-or-later
// What more than one setting of the host is read with. [setup] only.
#pragma once

#include <string>

#include "config/config.h"
#include "config/toml_reader.h"

namespace restanza::host {

// An address with its port; an error shows `example`.
void read_address(TomlReader& reader, const char* key, const char* example, HostPort& into);

// A domain, prepared.
Result<void> read_domain(const std::string& text, std::string& into);

// A secret that stands in a file of its own.
void read_secret_file(TomlReader& reader, const char* key, std::string& secret);

}  // namespace restanza::host
