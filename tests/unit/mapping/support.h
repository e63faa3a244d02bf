// SPDX-License-Identifier: MIT
// What the mapping's tests share: stanzas compared as data, and both directions in one call each, through
// text, as they travel.
#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "mapping/codec.h"
#include "support/catch.h"
#include "xml/gate.h"
#include "xml/writer.h"

namespace restanza::mapping {

// The element with attributes sorted and, where asked, siblings too; equal texts mean equal data.
inline std::string data(xml::Element element, bool any_order) {
  std::string out = "{" + std::string(element.ns()) + "}" + std::string(element.name()) + "[";
  auto names = element.attribute_names();
  std::sort(names.begin(), names.end());
  for (const auto name : names) {
    const std::string key(name);
    out += key + "='" + std::string(*element.attribute(key.c_str())) + "' ";
  }
  std::vector<std::string> children;
  for (const xml::Element child : xml::children(element)) children.push_back(data(child, any_order));
  if (any_order) std::sort(children.begin(), children.end());
  out += "](" + element.text() + ")";
  for (const std::string& child : children) out += child;
  return out + ";";
}

inline std::string data(const std::string& xml, bool any_order = true) {
  const auto parsed = xml::parse(xml);
  INFO(xml);
  REQUIRE(parsed);
  return data(parsed->root(), any_order);
}

inline Result<Decoded, Failure> from(Format format, const std::string& body, const Hints& hints = {},
                                     const Options& options = {}) {
  return decode(format, body, hints, options);
}

// The stanza that JSON becomes.
inline std::string stanza_of(const std::string& json, const Options& options = {}) {
  const auto decoded = decode(Format::json, json, {}, options);
  INFO(json);
  REQUIRE(decoded);
  return xml::write(decoded->document.root());
}

// Why JSON becomes none: "422 /body: must be a string".
inline std::string refusal_of(const std::string& json, const Options& options = {}) {
  const auto decoded = decode(Format::json, json, {}, options);
  if (decoded) return xml::write(decoded->document.root());
  return (decoded.error().kind == Failure::unparseable ? "400 " : "422 ") + decoded.error().text;
}

inline Encoded encoded(const std::string& xml, const Options& options = {}, Format format = Format::json) {
  const auto parsed = xml::parse(xml);
  INFO(xml);
  REQUIRE(parsed);
  auto result = encode(format, parsed->root(), options);
  REQUIRE(result);
  return std::move(*result);
}

inline nlohmann::json json_of(const std::string& xml, const Options& options = {}) {
  return nlohmann::json::parse(encoded(xml, options).body);
}

}  // namespace restanza::mapping
