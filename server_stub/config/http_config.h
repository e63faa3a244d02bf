// SPDX-License-Identifier: GPL-3.0-or-later
// The section [http] of the configuration. [setup] only; reads the certificate's files.
#pragma once

#include <string>

#include "config/toml_reader.h"
#include "http_front/settings.h"

namespace restanza::host {

Result<void> read_http(const toml::table& table, const std::string& file, FrontSettings& http);

}  // namespace restanza::host
