// SPDX-License-Identifier: MIT
// A stanza (RFC 6120 section 8) as it travels through the programs: the attributes that decide about it, and
// the whole element as text. A plain value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "xml/element.h"

namespace restanza::xmpp {

enum class Kind : uint32_t { message = 1, presence = 2, iq = 4 };

// What a stanza of this kind and type is (RFC 6120 section 8.2.3, RFC 6121 section 5.2.2).
inline bool is_request(Kind kind, std::string_view type) {
  return kind == Kind::iq && (type == "get" || type == "set");
}
inline bool is_answer(Kind kind, std::string_view type) {
  return kind == Kind::iq && (type == "result" || type == "error");
}
inline bool is_groupchat(Kind kind, std::string_view type) {
  return kind == Kind::message && type == "groupchat";
}

struct Stanza {
  Kind kind = Kind::message;
  std::string type, from, to, id;  // unescaped; empty where absent
  std::string xml;                 // root unprefixed and without xmlns

  bool is_request() const { return xmpp::is_request(kind, type); }
  bool is_answer() const { return xmpp::is_answer(kind, type); }
  bool is_groupchat() const { return xmpp::is_groupchat(kind, type); }
  // Whether an iq has what makes it one (RFC 6120 section 8.2.3): an id, and one of the four types.
  bool is_valid_iq() const { return !id.empty() && (is_request() || is_answer()); }
};

std::optional<Kind> kind_named(std::string_view name);  // "message", "presence", "iq"
const char* name_of(Kind kind);

// The attributes of a stanza's root that mean something (RFC 6120 section 8.1), unescaped.
struct RootAttributes {
  std::optional<std::string> from, to, id, type, lang;
};

RootAttributes attributes_of(xml::Element root);

// A stanza of that kind with these attributes, and what stands inside `root`.
Stanza make_stanza(Kind kind, RootAttributes attributes, xml::Element root);
Stanza stanza_of(Kind kind, RootAttributes attributes, std::string xml);  // of a text that has them

// The element as a stanza; an error where it is none by its name or namespace.
Result<Stanza> to_stanza(xml::Element root);

// Reads and checks one stanza's text; what every sender of text goes through.
Result<Stanza> parse_stanza(std::string_view xml);

}  // namespace restanza::xmpp
