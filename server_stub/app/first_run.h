// SPDX-License-Identifier: GPL-3.0-or-later
// The configuration of a start without a file: local mode with the plugin, an account `dev`, generated
// secrets that stay the same from run to run, and nothing open to the unauthenticated. [setup] only.
#pragma once

#include <string>

#include "base/result.h"
#include "config/config.h"

namespace restanza::host {

struct FirstRun {
  HostConfig config;
  std::string hint;  // for standard error: where the secrets are, and a first request
};

// `webhook`: where stanzas are posted; empty: nowhere.
Result<FirstRun> first_run(const std::string& webhook);

// The same, without the secrets and with nothing made: where such a start keeps what.
HostConfig first_config();

}  // namespace restanza::host
