// SPDX-License-Identifier: MIT
// What becomes of a delivery whose attempt has ended: its answer goes back, the journal keeps account of it,
// and what is given up becomes a dead letter, of which the sender is told. Where it stands in the queue is
// not said here. Any thread; `reply` of the dependencies runs on the caller's, so no lock may be held.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "subscription/lanes.h"
#include "webhook/endpoint_dependencies.h"
#include "webhook/endpoint_metrics.h"
#include "webhook/open_answers.h"
#include "webhook/request/outcome.h"
#include "webhook/settings/settings.h"
#include "xmpp/stanza_tree.h"

namespace restanza::webhook {

class Settling {
 public:
  using Item = subscription::Item;
  using Text = std::shared_ptr<const xmpp::Stanza>;

  // All of them outlive this.
  Settling(const Settings& settings, const EndpointDependencies& deps, EndpointMetrics& metrics,
           const OpenAnswers& open)
      : settings_(settings), deps_(deps), metrics_(metrics), open_(open) {}

  // When the delivery is to be tried again; absent: it has left. `own`: the failure is the delivery's own, as
  // Lanes::ended says.
  std::optional<Instant> settle(Item& item, const xmpp::StanzaTree& tree, const Outcome& outcome, bool own,
                                double chance);

  // The stanzas that go back; the delivery leaves the journal once the host has them.
  void answer(const Item& item, const xmpp::StanzaTree& tree, const Outcome& outcome);

  // A day has passed. `text` is the stanza as far as it could be read; absent where it was discarded. Where
  // this throws nothing was done.
  void expire(const Item& item, const Result<Text>& text);

 private:
  // It becomes a dead letter, with which is kept what its last attempt came to (null: why); the log says why.
  void bury(const Item& item, const Outcome* outcome, const std::string& why, Counter& cause) noexcept;
  void give_up(const Item& item, const xmpp::StanzaTree& tree, const Outcome& outcome, const std::string& why,
               Counter& cause) noexcept;
  void record_dead(const Item& item, const std::string& why) const noexcept;
  bool in_room(const xmpp::Stanza& stanza) const;

  const Settings& settings_;
  const EndpointDependencies& deps_;
  EndpointMetrics& metrics_;
  const OpenAnswers& open_;
};

}  // namespace restanza::webhook
