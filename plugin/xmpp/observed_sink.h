// SPDX-License-Identifier: MIT
// A sink that tells its observers of each stanza before it sends it, and of what came of it. Observers are
// added before the first stanza is sent, and go when nothing is sent any more; after that any thread. The
// sink outlives this.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "xmpp/stanza_consumer.h"
#include "xmpp/stanza_sink.h"

namespace restanza::xmpp {

class ObservedSink final : public StanzaSink {
 public:
  explicit ObservedSink(StanzaSink& sink) : sink_(sink) {}

  void add(SentObserver& observer) { observers_.push_back(&observer); }

  Sent send(const Stanza& stanza, std::function<void()> writable) override {
    for (SentObserver* observer : observers_) observer->about_to_send(stanza);
    const Sent outcome = sink_.send(stanza, std::move(writable));
    for (SentObserver* observer : observers_) observer->sent(stanza, outcome);
    return outcome;
  }

 private:
  StanzaSink& sink_;
  std::vector<SentObserver*> observers_;
};

}  // namespace restanza::xmpp
