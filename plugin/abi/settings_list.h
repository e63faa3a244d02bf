// SPDX-License-Identifier: MIT
// The extension xp.settings/1: the rows of all settings, for hosts. Any thread.
#pragma once

#include "xp.h"

namespace restanza::abi {

const xp_settings* settings_extension();

}  // namespace restanza::abi
