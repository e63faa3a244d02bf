// SPDX-License-Identifier: MIT
// Asks consumers in their order, until one takes the stanza or is busy. Consumers are added before the first
// stanza is offered, and outlive this; after that any thread.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "xmpp/stanza_consumer.h"

namespace restanza::xmpp {

class StanzaConsumers {
 public:
  void add(StanzaConsumer& consumer) { consumers_.push_back(&consumer); }

  Offered offer(Stanza&& stanza, const std::function<void()>& room,
                const std::function<void()>& kept = {}) const {
    StanzaTree offered(std::make_shared<const Stanza>(std::move(stanza)));
    for (StanzaConsumer* consumer : consumers_) {
      const Offered outcome = consumer->offer(offered, room, kept);
      if (outcome != Offered::foreign) return outcome;
    }
    return Offered::foreign;
  }

 private:
  std::vector<StanzaConsumer*> consumers_;
};

}  // namespace restanza::xmpp
