// SPDX-License-Identifier: MIT
#include "prosody/crossing.h"

#include <poll.h>

#include <memory>
#include <new>

#include "prosody/prosody_server.h"
#include "support/catch.h"

using namespace restanza::host;

namespace {

const FlatStanza& small() {
  static const FlatStanza stanza = *flatten("<message from='a'/>");
  return stanza;
}

// About this many bytes long, and longer.
FlatStanza large(size_t size) {
  return *flatten("<message from='a'><body>" + std::string(size, 'x') + "</body></message>");
}

bool readable(const Crossing& crossing) {
  pollfd waited{crossing.descriptor(), POLLIN, 0};
  return poll(&waited, 1, 0) == 1;
}

size_t fill(Crossing& crossing, size_t most) {
  size_t taken = 0;
  while (taken < most && crossing.send(small(), nullptr) == XP_OK) ++taken;
  return taken;
}

template <class Wanted>
bool next_is(Crossing& crossing) {
  return std::holds_alternative<Wanted>(crossing.take());
}

}  // namespace

TEST_CASE("what crosses comes in its order, and the descriptor is readable until all is taken") {
  Crossing crossing;
  CHECK_FALSE(readable(crossing));
  CHECK(crossing.send(small(), nullptr) == XP_OK);
  crossing.post([] {});
  crossing.say(XP_INFO, "a line");
  crossing.drained();
  CHECK(readable(crossing));
  crossing.answer(small());
  CHECK(next_is<FlatStanza>(crossing));
  CHECK(next_is<LoopWork>(crossing));
  CHECK(next_is<LogLine>(crossing));
  CHECK(next_is<DrainDone>(crossing));
  CHECK(next_is<FlatStanza>(crossing));
  CHECK(readable(crossing));  // nobody has found that nothing is left
  CHECK(next_is<std::monostate>(crossing));
  CHECK_FALSE(readable(crossing));
  crossing.post([] {});
  CHECK(readable(crossing));
}

TEST_CASE("as many stanzas wait as there may, one more is told to wait, and of room it hears once") {
  Crossing crossing;
  CHECK(fill(crossing, Crossing::kMaxStanzas + 1) == Crossing::kMaxStanzas);
  int heard = 0;
  CHECK(crossing.send(small(), [&heard] { ++heard; }) == XP_WOULD_BLOCK);
  for (size_t i = 1; i < Crossing::kMaxStanzas / 2; ++i) crossing.take();
  CHECK(heard == 0);
  CHECK(crossing.send(small(), nullptr) == XP_WOULD_BLOCK);  // not before those that wait
  crossing.take();
  CHECK(heard == 1);
  CHECK(crossing.send(small(), nullptr) == XP_OK);
  crossing.take();
  CHECK(heard == 1);
}

TEST_CASE("stanzas wait up to a sum of bytes, and one alone whatever its length") {
  Crossing crossing;
  CHECK(crossing.send(large(Crossing::kMaxBytes), nullptr) == XP_OK);
  CHECK(crossing.send(small(), nullptr) == XP_WOULD_BLOCK);
  crossing.answer(small());  // it answers one that was offered
  crossing.take();
  CHECK(crossing.send(small(), nullptr) == XP_OK);
}

TEST_CASE("as many wait for room as there may, and one more is told that it cannot") {
  Crossing crossing;
  fill(crossing, Crossing::kMaxStanzas);
  for (size_t i = 0; i < Crossing::kMaxWriters; ++i) {
    if (crossing.send(small(), [] {}) != XP_WOULD_BLOCK) FAIL(i);
  }
  CHECK(crossing.send(small(), [] {}) == XP_INTERNAL);
}

TEST_CASE("as many passwords and tokens wait as there may, and one more is not checked") {
  Crossing crossing;
  ProsodyServer server(crossing, true);
  int unchecked = 0;
  const auto verdict = [&unchecked](xp_status status, const std::string&) {
    if (status == XP_INTERNAL) ++unchecked;
  };
  const auto of_token = [&verdict](xp_status status, const xp::host::Server::Principal& principal) {
    verdict(status, principal.bare_jid);
  };
  for (size_t i = 0; i < Crossing::kMaxQuestions / 2; ++i) {
    server.check_password("alice", "wonder", verdict);
    server.check_bearer("token", of_token);
  }
  CHECK(unchecked == 0);
  server.check_password("alice", "wonder", verdict);
  server.check_bearer("token", of_token);
  CHECK(unchecked == 2);
  CHECK(next_is<PasswordQuestion>(crossing));
  server.check_bearer("token", of_token);
  CHECK(unchecked == 2);
  CHECK(next_is<TokenQuestion>(crossing));
  server.check_password("alice", "wonder", verdict);
  CHECK(unchecked == 2);
}

TEST_CASE("of lines past the limit the log is told how many they were") {
  Crossing crossing;
  for (size_t i = 0; i < Crossing::kMaxLines + 2; ++i) crossing.say(XP_INFO, "a line");
  for (size_t i = 0; i < Crossing::kMaxLines; ++i) {
    if (!next_is<LogLine>(crossing)) FAIL(i);
  }
  const CrossingItem last = crossing.take();
  REQUIRE(std::holds_alternative<LogLine>(last));
  CHECK(std::get<LogLine>(last).text.find("2 lines") == 0);
  CHECK(next_is<std::monostate>(crossing));
}

TEST_CASE("what waits for room may send at once, and what it throws does no harm") {
  Crossing crossing;
  fill(crossing, Crossing::kMaxStanzas);
  xp_status again = XP_INTERNAL;
  CHECK(crossing.send(small(), [] { throw std::bad_alloc(); }) == XP_WOULD_BLOCK);
  CHECK(crossing.send(small(), [&] { again = crossing.send(small(), nullptr); }) == XP_WOULD_BLOCK);
  for (size_t i = 0; i < Crossing::kMaxStanzas / 2; ++i) {
    if (!next_is<FlatStanza>(crossing)) FAIL(i);
  }
  CHECK(again == XP_OK);
}

TEST_CASE("at the end nobody is kept waiting, and stanzas and lines are still there") {
  Crossing crossing;
  const auto kept = std::make_shared<int>(0);
  fill(crossing, Crossing::kMaxStanzas);
  CHECK(crossing.send(small(), [kept] { ++*kept; }) == XP_WOULD_BLOCK);
  crossing.post([kept] { ++*kept; });
  crossing.ask(PasswordQuestion{"alice", "wonder", [kept](xp_status, const std::string&) { ++*kept; }});
  crossing.ask(TokenQuestion{"x", [kept](xp_status, const xp::host::Server::Principal&) { ++*kept; }});
  crossing.say(XP_INFO, "a line");
  crossing.close();
  CHECK(kept.use_count() == 1);
  CHECK(*kept == 0);
  for (size_t i = 0; i < Crossing::kMaxStanzas; ++i) {
    if (!next_is<FlatStanza>(crossing)) FAIL(i);
  }
  CHECK(next_is<LogLine>(crossing));
  CHECK(next_is<std::monostate>(crossing));
  CHECK(crossing.send(small(), [kept] { ++*kept; }) == XP_GONE);
  crossing.post([kept] { ++*kept; });
  CHECK(kept.use_count() == 1);
  xp_status said = XP_OK;
  crossing.ask(
      PasswordQuestion{"alice", "wonder", [&said](xp_status status, const std::string&) { said = status; }});
  CHECK(said == XP_INTERNAL);
}

TEST_CASE("what the plugin sends crosses as steps, and what is no stanza is refused") {
  Crossing crossing;
  ProsodyServer server(crossing, false);
  CHECK_FALSE(server.has_accounts());
  CHECK_FALSE(server.has_bearers());
  CHECK(server.send("<message from='a'/>", nullptr) == XP_OK);
  CHECK(server.send("<message", nullptr) == XP_INVALID);
  CHECK(next_is<FlatStanza>(crossing));
}
