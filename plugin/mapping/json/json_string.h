// SPDX-License-Identifier: MIT
// One string of JSON, for documents that are written piece by piece. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

namespace restanza::mapping {

// With its quotes. What is not UTF-8 becomes U+FFFD, so that no text can break the document.
std::string json_string(std::string_view text);

}  // namespace restanza::mapping
