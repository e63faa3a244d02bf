// SPDX-License-Identifier: GPL-3.0-or-later
// What `restanza-host --settings` prints: all settings of the host and of the plugin restanza, from their
// rows. Pure.
#pragma once

#include <string>

namespace restanza::host {

std::string settings_list();

}  // namespace restanza::host
