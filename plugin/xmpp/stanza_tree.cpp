// SPDX-License-Identifier: MIT
#include "xmpp/stanza_tree.h"

#include "xml/gate.h"

namespace restanza::xmpp {

xml::Element StanzaTree::root() const {
  if (!read_) read_.emplace(xml::parse(stanza_.xml));
  return *read_ ? (*read_)->root() : xml::Element();
}

}  // namespace restanza::xmpp
