// SPDX-License-Identifier: MIT
#include "webhook/settling.h"

#include <atomic>
#include <utility>

#include "webhook/request/body.h"
#include "webhook/request/reply.h"
#include "webhook/request/verdict.h"

namespace restanza::webhook {
namespace {

journal::Delivery account_of(const subscription::Item& item, const std::string& error, WallTime now) {
  journal::Delivery delivery;
  delivery.seq = item.seq;
  delivery.id = item.id;
  delivery.attempts = item.attempts;
  delivery.failures = item.failures;
  delivery.last_error = error;
  delivery.changed = now;
  return delivery;
}

}  // namespace

std::optional<Instant> Settling::settle(Item& item, const xmpp::StanzaTree& tree, const Outcome& outcome,
                                        bool answering, double chance) {
  const bool again =
      worth_retrying(verdict_of(outcome)) && settings_.retry && tree.stanza().kind != xmpp::Kind::iq;
  if (!again) {
    answer(item, tree, outcome);
    return std::nullopt;
  }
  if (answering) ++item.failures;
  if (item.kept() && item.failures < subscription::kMaxFailures) {
    world_.journal.note_attempt(account_of(item, described(outcome), world_.clock.wall()));
    return world_.clock.now() + subscription::retry_delay(item.attempts, chance, outcome.retry_after);
  }
  if (item.kept()) {
    give_up(item, tree, outcome, "it failed " + std::to_string(item.failures) + " times", metrics_.given_up);
  } else {
    metrics_.late.add();
  }
  return std::nullopt;
}

void Settling::answer(const Item& item, const xmpp::StanzaTree& tree, const Outcome& outcome) {
  Answer answer = answer_to(tree, outcome, settings_.mapping);
  if (!item.answers) answer.stanzas.clear();
  if (!answer.warning.empty()) world_.log.warn(answer.warning);
  if (!answer.unmapped.empty()) {
    world_.log.info("an endpoint's answer has keys without mapping: " + listed(answer.unmapped));
  }
  const auto leave = [&journal = world_.journal, seq = item.seq] {
    if (seq != 0) journal.remove(seq);
  };
  if (answer.stanzas.empty()) return leave();
  const auto held = open_.hold(item.seq);
  const auto open = std::make_shared<std::atomic<size_t>>(answer.stanzas.size());
  for (xmpp::Stanza& reply : answer.stanzas) {
    world_.reply(std::move(reply), [open, leave, held] {
      if (--*open == 0) leave();
    });
  }
}

void Settling::give_up(const Item& item, const xmpp::StanzaTree& tree, const Outcome& outcome,
                       const std::string& why, Counter& cause) {
  cause.add();
  world_.log.warn("endpoint '" + settings_.name + "': delivery " + item.id + " is given up: " + why);
  const std::string error = item.attempts == 0 ? why : described(outcome);
  world_.journal.note_dead(account_of(item, error, world_.clock.wall()));
  // Rooms remove an occupant for some errors, and answering an error could go on for ever.
  if (!item.answers || tree.stanza().is_groupchat() || tree.stanza().type == "error") return;
  for (xmpp::Stanza& reply : answer_to(tree, outcome, settings_.mapping).stanzas) {
    world_.reply(std::move(reply), [] {});
  }
}

void Settling::expire(const Item& item, const Result<Text>& text) {
  if (text && *text) {
    give_up(item, xmpp::StanzaTree(*text), without_answer(Outcome::End::timeout), "a day has passed",
            metrics_.expired);
  } else if (!text) {
    world_.log.error("delivery " + item.id + " has expired and cannot be read: " + text.error().text);
    world_.journal.note_dead(account_of(item, "a day has passed", world_.clock.wall()));
  }
}

}  // namespace restanza::webhook
