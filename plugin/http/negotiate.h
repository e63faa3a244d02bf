// SPDX-License-Identifier: MIT
// Which of the offered media types a client likes best (RFC 9110 section 12.5.1). Pure, any thread.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace restanza::http {

// The index into `offered` of the type with the highest weight; among equals the one that the header names
// first, and under one range the first offered. Absent where the header accepts none of them, or is empty.
std::optional<size_t> negotiate(std::string_view accept, const std::vector<std::string_view>& offered);

}  // namespace restanza::http
