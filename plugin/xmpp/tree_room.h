// SPDX-License-Identifier: MIT
// Room for the trees of stanzas that wait in one place. Where there is none, the stanza waits as text, and
// its tree is made again when its turn comes. Any thread.
#pragma once

#include <atomic>
#include <cstddef>

#include "xmpp/stanza_tree.h"

namespace restanza::xmpp {

class TreeRoom {
 public:
  static constexpr size_t kMax = 4u << 20;  // bytes of trees together, by `size_of`
  // What a tree needs at most, whether or not it has been made: a page each for its elements, attributes and
  // texts; and for a text of nothing but `<a/>x` 58 times its size were measured.
  static constexpr size_t kLeast = 12u << 10;
  static constexpr size_t kForEachByte = 64;
  static size_t size_of(const StanzaTree& tree) { return kLeast + kForEachByte * tree.stanza().xml.size(); }

  bool take(const StanzaTree& tree) {
    const size_t size = size_of(tree);
    if (taken_.fetch_add(size) + size <= kMax) return true;
    taken_ -= size;
    return false;
  }
  void give_back(const StanzaTree& tree) { taken_ -= size_of(tree); }

 private:
  std::atomic<size_t> taken_{0};
};

}  // namespace restanza::xmpp
