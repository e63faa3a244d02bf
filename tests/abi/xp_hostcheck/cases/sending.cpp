// SPDX-License-Identifier: MIT
#include "cases/cases.h"

namespace restanza::hostcheck {
namespace {

constexpr const char* kOneMessage =
    "<message type='headline' id='go' from='alice@localhost' to='hostile.localhost'/>";

void sends_nothing(Session& s, size_t tries) {
  s.is_ready();
  s.goes_on(rules::kOneStanza);
  s.returned("send_stanza", std::vector<xp_status>(tries, XP_INVALID), rules::kOneStanza);
  s.ends_well();
  s.require(s.count_sent("") == 0, rules::kOneStanza, "something of it was sent");
}

void sends_none_of_three(Session& s) {
  sends_nothing(s, 3);
}

void sends_none_of_two(Session& s) {
  sends_nothing(s, 2);
}

void refuses_what_ends_streams(Session& s) {
  s.is_ready();
  s.goes_on(rules::kFrom);
  s.returned("send_stanza", {XP_DENIED, XP_DENIED, XP_TOO_BIG}, rules::kFrom);
  s.ends_well();
  s.require(s.count_sent("") == 0, rules::kFrom, "something of it was sent");
}

void sends_what_it_took(Session& s) {
  s.is_ready();
  s.offer(kOneMessage);
  const Text taken = s.reported("taken", 1);
  s.require(taken.size() == 1, rules::kLocks, "the hook that sends has never returned");
  s.goes_on(rules::kLocks);
  s.ends_well();
  const size_t sent = s.count_sent("storm");
  s.require(std::to_string(sent) == taken[0], rules::kHeld,
            "stanzas taken: " + taken[0] + ", sent: " + std::to_string(sent));
}

void feeds_itself(Session& s) {
  s.is_ready();
  s.offer(kOneMessage);
  s.require(!s.reported("stanza", 1).empty(), rules::kGoesOn, "the stanza was never offered");
  s.goes_on(rules::kLocks);
  s.ends_well();
}

}  // namespace

std::vector<Case> sending_cases() {
  return {
      {"sends_rubbish", "sends_rubbish", "what is not well-formed is not sent", sends_none_of_three},
      {"sends_several", "sends_several", "nor is more than one stanza", sends_none_of_two},
      {"sends_to_the_stream", "sends_to_the_stream", "nor what belongs to a stream", sends_none_of_three},
      {"foreign_from", "sends_from_elsewhere", "a foreign sender and too large a stanza are refused",
       refuses_what_ends_streams},
      {"storm", "storm", "what is taken is sent, however much a hook sends", sends_what_it_took},
      {"feeds_itself", "feeds_itself", "a hook that answers all leaves the others their turn", feeds_itself}};
}

}  // namespace restanza::hostcheck
