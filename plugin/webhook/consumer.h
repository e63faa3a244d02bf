// SPDX-License-Identifier: MIT
// The webhooks as a consumer of stanzas. It is told of what leaves as well, because a room reflects a message
// to its sender, and that is not for the endpoints. Any thread. The dispatcher must outlive it.
#pragma once

#include <functional>

#include "webhook/dispatcher.h"
#include "xmpp/stanza_consumer.h"

namespace restanza::webhook {

class Consumer final : public xmpp::StanzaConsumer, public xmpp::SentObserver {
 public:
  explicit Consumer(Dispatcher& dispatcher) : dispatcher_(dispatcher) {}

  xmpp::Offered offer(xmpp::StanzaTree& offered, const std::function<void()>& room,
                      const std::function<void()>& kept) override {
    switch (dispatcher_.offer(offered, room, kept)) {
      case Dispatcher::Offer::taken:
        return xmpp::Offered::taken;
      case Dispatcher::Offer::keeping:
        return xmpp::Offered::keeping;
      case Dispatcher::Offer::busy:
        return xmpp::Offered::busy;
      default:
        return xmpp::Offered::foreign;
    }
  }
  void about_to_send(const xmpp::Stanza& stanza) override { dispatcher_.note_sent(stanza); }

 private:
  Dispatcher& dispatcher_;
};

}  // namespace restanza::webhook
