// SPDX-License-Identifier: MIT
// SHA-256, for what is compared or looked up and should not be kept itself. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

namespace restanza::rest {

// The 32 bytes.
std::string sha256(std::string_view text);

}  // namespace restanza::rest
