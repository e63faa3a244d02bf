// SPDX-License-Identifier: MIT
// Memory is short once on a stanza's way through a component's link, at each allocation in turn: its sender
// is answered, or the connection is made anew; and the next one goes through.
#include <new>
#include <optional>

#include "linked.h"
#include "support/catch.h"
#include "support/scarce_memory.h"

using namespace restanza;
using namespace restanza::host;

namespace {

// The error that comes back; empty where the stream ended, and then there is another one.
std::string answer_to(Linked& linked, std::optional<Peer>& peer, const std::string& id) {
  try {
    peer->say("<message type='chat' id='" + id +
              "' from='alice@localhost/x' to='nobody@rest.localhost'><body>x</body></message>");
    return peer->read_to("</message>");
  } catch (const std::runtime_error&) {
    ScarceMemory::end();
    peer.emplace(linked.server.accept_login());
    linked.log.shown.next("is logged in");
    return {};
  }
}

}  // namespace

TEST_CASE("at each allocation of a stanza through a component's link memory may be short once") {
  const Spared test;
  Linked linked;
  linked.hooks.verdict = Offer::passed;
  linked.link->start();
  std::optional<Peer> peer(linked.logged_in());
  for (long n = 0;; ++n) {
    CAPTURE(n);
    REQUIRE(n < kMostAllocations);
    ScarceMemory::fail_at(n);
    const std::string answer = answer_to(linked, peer, "scarce" + std::to_string(n));
    const bool failed = ScarceMemory::end();
    if (!answer.empty())
      CHECK_THAT(answer, Contains("type='error'") && Contains("scarce" + std::to_string(n)));
    const std::string next = answer_to(linked, peer, "next" + std::to_string(n));
    CHECK_THAT(next, Contains("service-unavailable") && Contains("next" + std::to_string(n)));
    if (!failed) break;
  }
}

TEST_CASE("the same for a stanza that a plugin sends: it is taken and goes out, or it is not taken") {
  const Spared test;
  Linked linked;
  linked.link->start();
  std::optional<Peer> peer(linked.logged_in());
  const auto arrives = [&](const std::string& id) {
    std::string text;
    try {
      text = peer->read_to("</message>");
    } catch (const std::runtime_error&) {  // what was not written whole is written again
      ScarceMemory::end();
      peer.emplace(linked.server.accept_login());
      linked.log.shown.next("is logged in");
      text = peer->read_to("</message>");
    }
    return text.find("id='" + id + "'") != std::string::npos;
  };
  for (long n = 0;; ++n) {
    CAPTURE(n);
    REQUIRE(n < kMostAllocations);
    const std::string id = "scarce" + std::to_string(n), next = "next" + std::to_string(n);
    auto scarce = stanza(message(id));
    bool taken = false;
    ScarceMemory::fail_at(n);
    try {
      const NotSpared plugins;
      taken = linked.link->send(std::move(scarce), nullptr) == XP_OK;
    } catch (const std::bad_alloc&) {
    }
    if (taken) CHECK(arrives(id));
    const bool failed = ScarceMemory::end();
    REQUIRE(linked.send(message(next)) == XP_OK);
    CHECK(arrives(next));
    if (!failed) break;
  }
}
