// SPDX-License-Identifier: MIT
#include "base/file.h"

#include <fstream>

namespace restanza {

std::optional<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  // read() makes a state of what the buffer below throws, as it does for a directory; iterators would not.
  std::string content(kMaxFile + 1, '\0');
  in.read(content.data(), static_cast<std::streamsize>(content.size()));
  const auto size = static_cast<size_t>(in.gcount());
  if (in.bad() || size > kMaxFile) return std::nullopt;
  content.resize(size);
  return content;
}

}  // namespace restanza
