// SPDX-License-Identifier: MIT
// The recorded cases of tests/vectors, and how their stanzas are compared. One thread.
#pragma once

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/xml_tree.h"

namespace restanza {

// The recordings write the one byte that is no UTF-8, 0xFF, as a lone surrogate, which a JSON text cannot
// hold: it is read as a character of the private use area, and `bytes_of` makes the byte of it again.
inline void replace_all(std::string& text, const std::string& what, const std::string& by) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

inline std::vector<nlohmann::json> recorded(const std::string& file) {
  std::ifstream in(file);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  replace_all(text, "\\udcff", "\\ue0ff");
  return nlohmann::json::parse(text).get<std::vector<nlohmann::json>>();
}

inline std::string bytes_of(std::string text) {
  replace_all(text, "\xEE\x83\xBF", "\xFF");
  return text;
}

inline void forget_order(XmlTree& tree) {
  for (XmlTree& child : tree.children) forget_order(child);
  std::sort(tree.children.begin(), tree.children.end(),
            [](const XmlTree& a, const XmlTree& b) { return shown(a) < shown(b); });
}

// A text that is equal for equal data. Siblings that were made from JSON or a form have no order.
inline std::string content(XmlTree tree, bool ordered) {
  if (!ordered) forget_order(tree);
  return shown(tree);
}

// Checks a stanza against the recorded one. An id that the request does not hold was generated: it need not
// be the same, but 24 characters long and not the request's either.
inline void check_stanza(const std::string& got, const std::string& recorded, const std::string& request,
                         bool ordered = true) {
  auto is = xml_tree(got);
  auto wanted = xml_tree(recorded);
  REQUIRE(is);
  REQUIRE(wanted);
  const auto id = wanted->attributes.find("id");
  const bool made_up = id != wanted->attributes.end() && id->second.size() == 24 &&
                       request.find("'" + id->second + "'") == std::string::npos;
  if (made_up) {
    CHECK(is->attributes["id"].size() == 24);
    CHECK(request.find(is->attributes["id"]) == std::string::npos);
    is->attributes["id"] = id->second;
  }
  CHECK(content(*is, ordered) == content(*wanted, ordered));
}

}  // namespace restanza
