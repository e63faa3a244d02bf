// SPDX-License-Identifier: MIT
// Who may take a stanza that comes from the host, and who sees the stanzas that leave: two interfaces for
// the parts of the plugin, which do not know each other. Any thread; neither blocks.
#pragma once

#include <functional>
#include <memory>

#include "xmpp/stanza_sink.h"
#include "xmpp/stanza_tree.h"

namespace restanza::xmpp {

enum class Offered {
  taken,    // nobody else shall see the stanza
  keeping,  // the same, and `kept` runs once all that becomes of it is decided: it is committed, or refused
  foreign,  // it is untouched, and somebody else may want it
  busy,     // it is to be offered again once `room` has run. Never for an iq
};

class StanzaConsumer {
 public:
  virtual ~StanzaConsumer() = default;

  // All consumers are offered the same value, so that whoever asks for the tree has it made for the others
  // too. Who takes the stanza, or is busy, may have moved it out. Whoever is busy keeps a copy of `room` and
  // calls it once, perhaps before this returns. The same stanza may come again, because a later consumer was
  // busy. Where `kept` is not empty, somebody waits until the stanza is safe: whoever is keeping it keeps a
  // copy of `kept` and calls it once, on any thread, perhaps before this returns.
  virtual Offered offer(StanzaTree& stanza, const std::function<void()>& room,
                        const std::function<void()>& kept) = 0;
};

class SentObserver {
 public:
  virtual ~SentObserver() = default;

  // Before it is sent; once more where there was no room for it and it is tried again.
  virtual void about_to_send(const Stanza& stanza) = 0;
  virtual void sent(const Stanza&, Sent) {}  // and what came of it
};

// Who hears of the stanzas that came. A consumer may tell more of what it takes, and then tells it itself.
class OfferObserver {
 public:
  virtual ~OfferObserver() = default;

  virtual bool observing() const = 0;  // whether it wants to hear anything now
  virtual void answer_came(const std::shared_ptr<const Stanza>& stanza) = 0;   // somebody waited for it
  virtual void foreign_came(const std::shared_ptr<const Stanza>& stanza) = 0;  // nobody wants it
};

}  // namespace restanza::xmpp
