// SPDX-License-Identifier: MIT
// The formats that stanzas travel in over HTTP, and their media types (RFC 9110 section 8.3). Pure, any
// thread.
#pragma once

#include <optional>
#include <string_view>

namespace restanza::mapping {

enum class Format { xml, json, form, text, cbor };

// In the order of preference.
inline constexpr Format kFormats[] = {Format::xml, Format::json, Format::form, Format::text, Format::cbor};

constexpr const char* media_type(Format format) {
  switch (format) {
    case Format::xml:
      return "application/xmpp+xml";  // RFC 3923 section 9
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

// The media type alone of a Content-Type or of one range of an Accept.
std::string_view without_parameters(std::string_view value);

// The format that a Content-Type names, whatever its case and parameters; absent where it is none of ours.
std::optional<Format> format_of(std::string_view content_type);

}  // namespace restanza::mapping
