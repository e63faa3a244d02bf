// SPDX-License-Identifier: MIT
// A setting as a program sees it that writes settings in JSON: which types its value may have, and its
// default. Pure functions, any thread.
#pragma once

#include <cstdint>
#include <string>

#include "settings/row.h"

namespace restanza::settings {

enum JsonType : uint32_t { kBoolean = 1, kNumber = 2, kString = 4, kArray = 8, kObject = 16 };

// A mask of JsonType; 0 where the row's type is in words that have no meaning here.
uint32_t json_types(const Row& row);

// Empty where the default cannot be written down: it is nothing, or depends on something.
std::string default_json(const Row& row);

}  // namespace restanza::settings
