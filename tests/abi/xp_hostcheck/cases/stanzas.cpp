// SPDX-License-Identifier: MIT
#include "cases/cases.h"

namespace restanza::hostcheck {
namespace {

constexpr std::chrono::seconds kBusyTime{5};  // of xp.h
constexpr std::chrono::seconds kEarly{1};

std::string message(const std::string& id) {
  return "<message type='chat' id='" + id + "' from='alice@localhost/x' to='hostile.localhost'/>";
}

void attributes(Session& s) {
  s.is_ready();
  s.offer(message("a&amp;b&apos;c"));
  s.offer("<message from='alice@localhost/x' to='hostile.localhost'/>");
  const Text ids = s.reported("id", 2), types = s.reported("type");
  s.require(ids == Text{"a&b'c", "absent"}, rules::kAttributes,
            ids.empty() ? "no stanza was offered" : "an id came as " + ids.front());
  s.require(types == Text{"chat", "absent"}, rules::kAttributes, "a type came as " + types.back());
  for (const std::string& root : s.reported("root")) {
    s.require(root.find("xmlns=") == std::string::npos, rules::kRoot, "the root came as " + root + ">");
  }
  s.ends_well();
}

void every_kind(Session& s) {
  s.is_ready();
  s.offer(message("one"));
  s.offer("<presence from='alice@localhost/x' to='hostile.localhost'/>");
  s.offer(
      "<iq type='get' id='two' from='alice@localhost/x' to='hostile.localhost'><query xmlns='urn:x'/></iq>");
  const Text kinds = s.reported("kind", 3);
  const auto number = [](int kind) { return std::to_string(kind); };
  s.require(kinds == Text{number(XP_MESSAGE), number(XP_PRESENCE), number(XP_IQ)}, rules::kOffered,
            "of a message, a presence and an iq " + std::to_string(kinds.size()) +
                " were offered, or in another order");
  s.ends_well();
}

void keeps_the_order(Session& s) {
  s.is_ready();
  for (const char* id : {"1", "2", "3"}) s.offer(message(id));
  const Text ids = s.reported("id", 3);
  s.require(ids == Text{"1", "2", "3"}, rules::kOrder,
            "behind a slow hook came " + std::to_string(ids.size()) + " of 3 stanzas, or in another order");
  s.ends_well();
}

void sticky(Session& s) {
  s.is_ready();
  s.offer(message("sticky"));
  s.require(!s.reported("id", 1).empty(), rules::kGoesOn, "the stanza was never offered");
  const Text ids = s.reported("id", 2, kBusyTime - kEarly);
  s.require(ids == Text{"sticky", "sticky"}, rules::kSticky,
            "the stanza was not offered again while there was time");
  s.ends_well();
}

void busy_for_ever(Session& s) {
  s.is_ready();
  const auto begin = std::chrono::steady_clock::now();
  s.offer(message("busy"));
  s.offer(message("next"));
  s.require(s.sent({"busy", "resource-constraint"}), rules::kBusy, "the sender was never told");
  s.require(std::chrono::steady_clock::now() - begin > kBusyTime - kEarly, rules::kBusy,
            "the stanza was refused before its time was over");
  const Text ids = s.reported("id", 2);
  s.require(ids.size() >= 2 && ids.back() == "next", rules::kBusy, "what came behind it was never offered");
  s.ends_well();
}

}  // namespace

std::vector<Case> stanza_cases() {
  return {{"attributes", "says_what_it_sees", "what a hook is told of a stanza", attributes},
          {"kinds", "says_what_it_sees", "messages, presence and iqs are offered", every_kind},
          {"slow_hook", "slow_hook", "stanzas keep their order behind a slow hook", keeps_the_order},
          {"resumes_first", "resumes_first", "a resume before XP_BUSY counts", sticky},
          {"busy_for_ever", "busy_for_ever", "a stanza that a hook is busy for is refused in its time",
           busy_for_ever}};
}

}  // namespace restanza::hostcheck
