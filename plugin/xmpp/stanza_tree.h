// SPDX-License-Identifier: MIT
// A stanza with its tree, which is made of its text when somebody first asks for it, and once, however many
// ask. It lives as long as one piece of work with the stanza does: a tree needs many times the memory of its
// text, so what waits has its text alone. One thread at a time; the stanza outlives this.
#pragma once

#include <optional>

#include "base/result.h"
#include "xml/element.h"
#include "xmpp/stanza.h"

namespace restanza::xmpp {

class StanzaTree {
 public:
  // Not explicit: who has a stanza may ask any function that wants its tree.
  StanzaTree(const Stanza& stanza) : stanza_(stanza) {}

  const Stanza& stanza() const { return stanza_; }
  xml::Element root() const;  // no element where the text cannot be read

 private:
  const Stanza& stanza_;
  mutable std::optional<Result<xml::Document>> read_;
};

}  // namespace restanza::xmpp
