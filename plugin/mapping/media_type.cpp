// SPDX-License-Identifier: MIT
#include "mapping/media_type.h"

#include "base/str.h"

namespace restanza::mapping {

const char* media_type(Format format) {
  switch (format) {
    case Format::xml:
      return "application/xmpp+xml";
  }
  return "";
}

std::optional<Format> format_of(std::string_view content_type) {
  const std::string_view type = trim(content_type.substr(0, content_type.find(';')));
  for (const Format format : {Format::xml}) {
    if (ascii_equal(type, media_type(format))) return format;
  }
  return std::nullopt;
}

}  // namespace restanza::mapping
