// SPDX-License-Identifier: MIT
// Reads small files whole: configurations and secrets. Any thread; it blocks for as long as the disk does.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace restanza {

inline constexpr size_t kMaxFile = 1024 * 1024;

// Absent where it cannot be read, is a directory, or is larger than kMaxFile.
std::optional<std::string> read_file(const std::string& path);

}  // namespace restanza
