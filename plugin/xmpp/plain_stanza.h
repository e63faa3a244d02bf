// SPDX-License-Identifier: MIT
// Reads a stanza that stands in plain form, in one pass and without a tree: as xml::write writes it, and only
// that. What is in plain form is well-formed and in the trees' normal form, so its text can go on as it is;
// what is not is left to the strict parser (xml/gate.h). Pure, any thread.
//
// Plain form: one element, UTF-8; names of ASCII letters, digits, '.', '-' and '_', and xml:lang; no other
// prefix; no xmlns on the root, and none that only repeats the content namespace; of references the five
// named ones; '>' written as one; no tab or line end in an attribute, no carriage return anywhere.
#pragma once

#include <optional>
#include <string_view>

#include "xmpp/stanza.h"

namespace restanza::xmpp {

inline constexpr size_t kMaxPlainAttributes = 16;  // of one element; more are not plain

struct PlainStanza {
  Kind kind;
  RootAttributes attributes;
  std::string_view inside;  // of the text: what stands between the root's tags
  size_t children = 0;      // elements directly inside
};

std::optional<PlainStanza> read_plain(std::string_view text);

// A stanza with other attributes, and the same inside.
Stanza make_stanza(RootAttributes attributes, const PlainStanza& read);

}  // namespace restanza::xmpp
