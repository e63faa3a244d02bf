// SPDX-License-Identifier: MIT
// Where stanzas leave the plugin: the host behind an interface, which tests implement as well.
#pragma once

#include <functional>

#include "xmpp/stanza.h"

namespace restanza::xmpp {

enum class Sent {
  ok,           // the host holds a copy
  would_block,  // no room, or an iq while the link is down; nothing was taken
  too_big,      // larger than the host's largest stanza
  denied,       // `from` is none that this plugin may speak for
  invalid,      // the host could not read it
  gone,         // the host is shutting down; nothing was taken, and nothing will be
};

class StanzaSink {
 public:
  virtual ~StanzaSink() = default;

  // Any thread, never blocks, all or nothing. After would_block `writable`, where given, runs once when it is
  // worth trying again, on any thread; otherwise it is dropped without running.
  virtual Sent send(const Stanza& stanza, std::function<void()> writable = {}) = 0;
};

}  // namespace restanza::xmpp
