// SPDX-License-Identifier: MIT
#include "mapping/media_type.h"

#include "base/str.h"

namespace restanza::mapping {

const char* media_type(Format format) {
  switch (format) {
    case Format::xml:
      return "application/xmpp+xml";
    case Format::json:
      return "application/json";
    case Format::form:
      return "application/x-www-form-urlencoded";
    case Format::text:
      return "text/plain";
    case Format::cbor:
      return "application/cbor";
  }
  return "";
}

std::optional<Format> format_of(std::string_view content_type) {
  const std::string_view type = trim(content_type.substr(0, content_type.find(';')));
  for (const Format format : kFormats) {
    if (ascii_equal(type, media_type(format))) return format;
  }
  return std::nullopt;
}

}  // namespace restanza::mapping
