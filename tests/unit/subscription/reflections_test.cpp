// SPDX-License-Identifier: MIT
#include "subscription/reflections.h"

#include "support/catch.h"

using namespace restanza;
using subscription::Reflections;

namespace {

xmpp::Stanza sent(const std::string& id) {
  return *xmpp::parse_stanza("<message type='groupchat' id='" + id +
                             "' from='bot@rest.localhost' to='room@muc.localhost'/>");
}

xmpp::Stanza heard(const std::string& nick, const std::string& id) {
  return *xmpp::parse_stanza("<message type='groupchat' id='" + id + "' from='room@muc.localhost/" + nick +
                             "' to='bot@rest.localhost/x'/>");
}

}  // namespace

TEST_CASE("a room's reflection is known, and only that") {
  Reflections reflections;
  reflections.note_sent(sent("1"));
  CHECK_FALSE(reflections.is_reflection(heard("bot", "2")));
  CHECK_FALSE(reflections.is_reflection(*xmpp::parse_stanza(
      "<message type='groupchat' id='1' from='room@muc.localhost/bot' to='other@rest.localhost'/>")));
  CHECK_FALSE(reflections.is_reflection(*xmpp::parse_stanza(
      "<message type='groupchat' id='1' from='den@muc.localhost/bot' to='bot@rest.localhost'/>")));
  CHECK_FALSE(reflections.is_reflection(*xmpp::parse_stanza(
      "<message type='error' id='1' from='room@muc.localhost' to='bot@rest.localhost'/>")));
  CHECK(reflections.is_reflection(heard("bot", "1")));
  CHECK(reflections.is_reflection(heard("bot", "1")));  // once for each of the bot's resources in the room
}

TEST_CASE("nobody in the room can hide behind an id that the bot has used") {
  Reflections reflections;
  reflections.note_sent(sent("1"));
  REQUIRE(reflections.is_reflection(heard("bot", "1")));
  CHECK_FALSE(reflections.is_reflection(heard("eve", "1")));
}

TEST_CASE("messages without an id, or not to a room, are not remembered") {
  Reflections reflections;
  reflections.note_sent(
      *xmpp::parse_stanza("<message type='groupchat' from='bot@rest.localhost' to='room@muc.localhost'/>"));
  reflections.note_sent(
      *xmpp::parse_stanza("<message type='chat' id='1' from='bot@rest.localhost' to='room@muc.localhost'/>"));
  CHECK_FALSE(reflections.is_reflection(heard("bot", "")));
  CHECK_FALSE(reflections.is_reflection(heard("bot", "1")));
}

TEST_CASE("as many messages as the limit says are remembered, and one more forgets the oldest") {
  Reflections reflections;
  for (size_t i = 0; i < Reflections::kRemembered; ++i) reflections.note_sent(sent(std::to_string(i)));
  CHECK(reflections.is_reflection(heard("bot", "0")));
  reflections.note_sent(sent("more"));
  CHECK_FALSE(reflections.is_reflection(heard("bot", "0")));
  CHECK(reflections.is_reflection(heard("bot", "1")));
  CHECK(reflections.is_reflection(heard("bot", "more")));
}
