// SPDX-License-Identifier: MIT
#include "webhook/settling.h"

#include <atomic>
#include <utility>

#include "base/guarded.h"
#include "webhook/request/body.h"
#include "webhook/request/reply.h"
#include "webhook/request/verdict.h"
#include "xmpp/jid.h"
#include "xmpp/stanza_error.h"

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
                                        bool own, double chance) {
  const Verdict verdict = verdict_of(outcome, settings_.on_refusal, item.kept());
  const bool again = worth_retrying(verdict) && settings_.retry && tree.stanza().kind != xmpp::Kind::iq;
  if (!again) {
    if (verdict == Verdict::refused && item.kept() &&
        settings_.on_refusal.of(outcome.status) == OnRefusal::dead_letter) {
      bury(item, &outcome, "it was refused: " + described(outcome), metrics_.given_up);
    } else {
      answer(item, tree, outcome);
    }
    return std::nullopt;
  }
  const uint32_t failures = item.failures + (own ? 1 : 0);
  if (item.kept() && failures < subscription::kMaxFailures) {
    deps_.journal.note_attempt(account_of(item, described(outcome), deps_.clock.wall()));
    return deps_.clock.now() + subscription::retry_delay(item.attempts, chance, outcome.retry_after);
  }
  if (item.kept()) {
    item.failures = failures;
    give_up(item, tree, outcome, "it failed " + std::to_string(item.failures) + " times", metrics_.given_up);
  } else {
    metrics_.late.add();
  }
  return std::nullopt;
}

void Settling::answer(const Item& item, const xmpp::StanzaTree& tree, const Outcome& outcome) {
  // What stays in this process may have any size.
  const bool stays = xmpp::domain_of(tree.stanza().from) == settings_.domain;
  Answer answer = answer_to(tree, outcome, settings_.mapping, stays ? SIZE_MAX : deps_.max_stanza,
                            in_room(tree.stanza()));
  if (!item.answers) answer.stanzas.clear();
  if (!answer.warning.empty()) deps_.log.warn(answer.warning);
  if (!answer.unmapped.empty()) {
    deps_.log.info("an endpoint's answer has keys without mapping: " + listed(answer.unmapped));
  }
  const bool dead = item.answers && item.kept() && !answer.unsent.empty();
  if (dead) {
    metrics_.given_up.add();
    guarded_until_done(deps_.log, "noting a dead letter",
                       [&] { deps_.journal.note_dead(account_of(item, answer.unsent, deps_.clock.wall())); });
    record_dead(item, answer.unsent);
  }
  const auto leave = [&journal = deps_.journal, seq = dead ? 0 : item.seq] {
    if (seq != 0) journal.remove(seq);
  };
  if (answer.stanzas.empty()) return leave();
  const auto held = open_.hold(item.seq);
  const auto open = std::make_shared<std::atomic<size_t>>(answer.stanzas.size());
  for (xmpp::Stanza& reply : answer.stanzas) {
    deps_.reply(std::move(reply), [open, leave, held] {
      if (--*open == 0) leave();
    });
  }
}

// What is given up is in no queue any more: each step is done whatever became of those before, and once.
void Settling::bury(const Item& item, const Outcome* outcome, const std::string& why,
                    Counter& cause) noexcept {
  cause.add();
  guarded(deps_.log, "a line about a dead letter", [&] {
    deps_.log.warn("endpoint '" + settings_.name + "': delivery " + item.id + " is given up: " + why);
  });
  guarded_until_done(deps_.log, "noting a dead letter", [&] {
    const std::string error = outcome ? described(*outcome) : why;
    deps_.journal.note_dead(account_of(item, error, deps_.clock.wall()));
  });
  record_dead(item, why);
}

void Settling::record_dead(const Item& item, const std::string& why) const noexcept {
  if (deps_.recorder) deps_.recorder->given_up(settings_.name, item.id, why);
}

void Settling::give_up(const Item& item, const xmpp::StanzaTree& tree, const Outcome& outcome,
                       const std::string& why, Counter& cause) noexcept {
  bury(item, item.attempts == 0 ? nullptr : &outcome, why, cause);
  if (!item.answers) return;
  guarded_until_done(deps_.log, "telling the sender of a dead letter", [&] {
    if (!xmpp::may_get_error(tree.stanza())) return;
    const bool in_room = this->in_room(tree.stanza());
    for (xmpp::Stanza& reply : answer_to(tree, outcome, settings_.mapping, SIZE_MAX, in_room).stanzas) {
      deps_.reply(std::move(reply), [] {});
    }
  });
}

bool Settling::in_room(const xmpp::Stanza& stanza) const {
  return deps_.rooms && deps_.rooms->sent(stanza);
}

// Where this throws nothing was done.
void Settling::expire(const Item& item, const Result<Text>& text) {
  const std::string why = "a day has passed";
  if (text && *text) {
    give_up(item, xmpp::StanzaTree(*text), without_answer(Outcome::End::timeout), why, metrics_.expired);
  } else if (!text) {
    deps_.log.error("delivery " + item.id + " has expired and cannot be read: " + text.error().text);
    deps_.journal.note_dead(account_of(item, why, deps_.clock.wall()));
    record_dead(item, why);
  }
}

}  // namespace restanza::webhook
