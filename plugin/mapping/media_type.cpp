// SPDX-License-Identifier: MIT
#include "mapping/media_type.h"

#include "base/str.h"

namespace restanza::mapping {

std::string_view without_parameters(std::string_view value) {
  return trim(value.substr(0, value.find(';')));
}

std::optional<Format> format_of(std::string_view content_type) {
  const std::string_view type = without_parameters(content_type);
  for (const Format format : kFormats) {
    if (ascii_equal(type, media_type(format))) return format;
  }
  return std::nullopt;
}

}  // namespace restanza::mapping
