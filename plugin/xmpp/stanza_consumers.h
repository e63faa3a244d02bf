// SPDX-License-Identifier: MIT
// Asks consumers in their order, until one takes the stanza or is busy. Consumers and the observer are added
// before the first stanza is offered, and outlive this; after that any thread.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "xmpp/stanza_consumer.h"

namespace restanza::xmpp {

class StanzaConsumers {
 public:
  // `tells`: it tells the observer itself of what it does not leave to others.
  void add(StanzaConsumer& consumer, bool tells = false) { consumers_.push_back({&consumer, tells}); }
  void observe(OfferObserver& observer) { observer_ = &observer; }

  Offered offer(Stanza&& stanza, const std::function<void()>& room,
                const std::function<void()>& kept = {}) const {
    StanzaTree offered(std::make_shared<const Stanza>(std::move(stanza)));
    // Who takes it may have moved it out.
    const auto observed = observer_ && observer_->observing() ? offered.text() : nullptr;
    for (const Asked& asked : consumers_) {
      const Offered outcome = asked.consumer->offer(offered, room, kept);
      if (outcome == Offered::foreign) continue;
      if (observed && !asked.tells) observer_->answer_came(observed);
      return outcome;
    }
    if (observed) observer_->foreign_came(observed);
    return Offered::foreign;
  }

 private:
  struct Asked {
    StanzaConsumer* consumer;
    bool tells;
  };
  std::vector<Asked> consumers_;
  OfferObserver* observer_ = nullptr;
};

}  // namespace restanza::xmpp
