// SPDX-License-Identifier: MIT
// A stanza with its tree, which is made of its text when somebody first asks for it, and once, however many
// ask: consumers of stanzas, the endpoints that get it, each attempt. Any thread; nobody changes the tree. A
// tree needs many times the memory of its text. So whoever lets a stanza wait takes room for its tree
// (xmpp/tree_room.h) or keeps its text alone.
#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "base/result.h"
#include "xml/element.h"
#include "xmpp/stanza.h"

namespace restanza::xmpp {

class StanzaTree {
 public:
  explicit StanzaTree(std::shared_ptr<const Stanza> text) : text_(std::move(text)) {}
  // Not explicit: who has a stanza may ask any function that wants its tree.
  StanzaTree(Stanza stanza) : text_(std::make_shared<const Stanza>(std::move(stanza))) {}
  // Takes the tree along where it has been made. Nobody else has `other`.
  StanzaTree(StanzaTree&& other) noexcept : text_(std::move(other.text_)), read_(std::move(other.read_)) {}
  StanzaTree& operator=(StanzaTree&&) = delete;

  const Stanza& stanza() const { return *text_; }
  const std::shared_ptr<const Stanza>& text() const { return text_; }  // what may wait without the tree
  xml::Element root() const;        // no element where the text cannot be read
  bool made() const;                // whether somebody has asked for it
  void forget() { read_.reset(); }  // nobody else has this: the tree is made anew for who asks next

 private:
  std::shared_ptr<const Stanza> text_;
  mutable std::mutex mutex_;  // of what follows
  mutable std::optional<Result<xml::Document>> read_;
};

}  // namespace restanza::xmpp
