// SPDX-License-Identifier: MIT
#include "xmpp/stanza_tree.h"

#include "xml/gate.h"

namespace restanza::xmpp {

// What it returns is read by several threads at once. tinyxml2 puts off work until the first reading only for
// what it has parsed itself; here the gate has put the tree together.
xml::Element StanzaTree::root() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!read_) read_.emplace(xml::parse(text_->xml));
  return *read_ ? (*read_)->root() : xml::Element();
}

bool StanzaTree::made() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return read_.has_value();
}

}  // namespace restanza::xmpp
