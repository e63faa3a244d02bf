// SPDX-License-Identifier: MIT
#include "cases/cases.h"

namespace restanza::hostcheck {
namespace {

std::string chat(const char* id) {
  return std::string("<message type='chat' id='") + id +
         "' from='alice@localhost/x' to='hostile.localhost'/>";
}

void sends_parsed(Session& s) {
  s.is_ready();
  s.needs("send_parsed");
  s.goes_on(rules::kAsSendStanza);
  s.returned("send_parsed", {XP_OK, XP_DENIED, XP_DENIED, XP_TOO_BIG}, rules::kAsSendStanza);
  s.returned("misnamed", {XP_INVALID, XP_INVALID}, rules::kItsKind);
  s.ends_well();
  s.require(s.sent_with({"first", "second", "third", "eve", "nobody", "none", "other"}) ==
                Text{"first", "second", "third"},
            rules::kSendOrder,
            "what was sent is not the first, the second and the third stanza, in this order");
}

// Whether the host lets the plugin keep this stanza shows when it is offered.
void offer_to_keep(Session& s, const char* id) {
  s.is_ready();
  s.needs("settle_stanza");
  s.offer(chat(id));
  const Text numbers = s.reported("number", 1);
  s.require(!numbers.empty(), rules::kGoesOn, "the stanza was never offered");
  if (numbers[0] == "0") throw LeftOut("the host has no number for a stanza");
}

void settled_later(Session& s) {
  offer_to_keep(s, "later");
  s.offer(chat("then"));
  s.require(s.reported("id", 2) == Text{"later", "then"}, rules::kHoldsUpNothing,
            "what came behind a stanza that is kept was never offered");
  s.returned("settle_stanza", {XP_OK, XP_GONE, XP_INVALID}, rules::kSettledOnce);
  s.goes_on(rules::kMisuse);
  s.ends_well();
  s.require(s.reported("id").size() == 2, rules::kKeeping, "a stanza that was kept was offered again");
  s.require(s.count_sent("") == 0, rules::kKeeping, "its sender was told of an error");
}

void settled_as(Session& s, const char* id, const char* error, const Rule& rule) {
  offer_to_keep(s, id);
  s.returned("settle_stanza", {XP_OK}, rules::kSettled);
  s.require(s.sent({id, error}), rule, std::string("its sender was not told ") + error);
  s.ends_well();
}

void passes_what_it_kept(Session& s) {
  settled_as(s, "passed", "service-unavailable", rules::kSettledPassed);
}

void refuses_what_it_kept(Session& s) {
  settled_as(s, "refused", "resource-constraint", rules::kSettledRefused);
}

void never_settled(Session& s) {
  offer_to_keep(s, "never");
  s.goes_on(rules::kHoldsUpNothing);
  s.ends_well();
}

void bearers(Session& s) {
  s.is_ready();
  s.needs("xp.principal/1");
  s.goes_on(rules::kOneVerdict);
  s.ends_well();
  const size_t asked = s.reported("asked").size();
  const Text verdicts = s.reported("verdict");
  s.require(verdicts.size() == asked, rules::kOneVerdict,
            std::to_string(verdicts.size()) + " verdicts on " + std::to_string(asked) + " tokens");
  for (const std::string& verdict : verdicts) {
    s.require(verdict == std::to_string(XP_DENIED) || verdict == std::to_string(XP_INTERNAL),
              rules::kOneVerdict, "the verdict on a token that nobody has is " + verdict);
  }
  s.require(s.reported("principal").empty(), rules::kNoPrincipal,
            "a token that nobody has stands for somebody");
}

void odd_settings(Session& s) {
  s.is_ready();
  s.needs("a use of xp.settings/1");
  s.goes_on(rules::kBrokenOff);
  s.ends_well();
}

}  // namespace

std::vector<Case> since_1_1_cases() {
  return {
      {"sends_parsed", "sends_parsed", "what a plugin has read is sent, or refused, as it says",
       sends_parsed},
      {"keeps_a_stanza", "keeps_stanzas", "a stanza that a hook keeps is settled once, and holds up nothing",
       settled_later},
      {"passes_what_it_kept", "keeps_stanzas", "one that it passes goes on", passes_what_it_kept},
      {"refuses_what_it_kept", "keeps_stanzas", "one that it cannot keep is refused", refuses_what_it_kept},
      {"never_settles", "keeps_stanzas", "one that is never settled holds up no end", never_settled},
      {"bearers", "asks_of_bearers", "a token that nobody has is no principal, and each has one verdict",
       bearers},
      {"odd_settings", "lists_odd_settings", "settings of a later version and a list that breaks off",
       odd_settings}};
}

}  // namespace restanza::hostcheck
