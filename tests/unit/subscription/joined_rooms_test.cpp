// SPDX-License-Identifier: MIT
#include "subscription/joined_rooms.h"

#include "support/catch.h"

using namespace restanza;
using subscription::JoinedRooms;

namespace {

const std::string kAsks = "<x xmlns='http://jabber.org/protocol/muc'/>";

xmpp::Stanza presence(const std::string& from, const std::string& to, const std::string& inside,
                      const std::string& type = "") {
  return *xmpp::parse_stanza("<presence" + (type.empty() ? "" : " type='" + type + "'") + " from='" + from +
                             "' to='" + to + "'>" + inside + "</presence>");
}

// Whether a stanza from there is taken for one of a room that the bot is in.
bool known(const JoinedRooms& rooms, const std::string& from, const std::string& to = "bot@rest/a") {
  return rooms.sent(*xmpp::parse_stanza("<message from='" + from + "' to='" + to + "'/>"));
}

}  // namespace

TEST_CASE("a room that somebody has joined is known, with all in it, and to nobody else") {
  JoinedRooms rooms;
  CHECK_FALSE(known(rooms, "room@muc/ann"));
  rooms.note_sent(presence("bot@rest/a", "room@muc/bot", "<c xmlns='urn:c'/>" + kAsks));
  CHECK(known(rooms, "room@muc"));
  CHECK(known(rooms, "room@muc/bot"));
  CHECK(known(rooms, "room@muc/ann"));
  CHECK_FALSE(known(rooms, "den@muc/ann"));
  CHECK_FALSE(known(rooms, "room@muc/ann", "bot@rest/b"));
  CHECK_FALSE(known(rooms, "room@muc/ann", "bot@rest"));
}

TEST_CASE("what does not join a room does not make one known") {
  JoinedRooms rooms;
  rooms.note_sent(presence("bot@rest/a", "room@muc/bot", ""));
  rooms.note_sent(presence("bot@rest/a", "room@muc/bot", kAsks, "subscribe"));
  rooms.note_sent(presence("bot@rest/a", "room@muc/bot", "<status>http://jabber.org/protocol/muc</status>"));
  rooms.note_sent(presence("bot@rest/a", "room@muc/bot", "<x xmlns='http://jabber.org/protocol/muc#user'/>"));
  rooms.note_sent(
      *xmpp::parse_stanza("<message from='bot@rest/a' to='room@muc/bot'>" + kAsks + "</message>"));
  CHECK_FALSE(known(rooms, "room@muc/ann"));
}

TEST_CASE("a room that was left is forgotten, under any nickname, and joined again it is known again") {
  JoinedRooms rooms;
  rooms.note_sent(presence("bot@rest/a", "room@muc/bot", kAsks));
  rooms.note_sent(presence("bot@rest/b", "room@muc/other", kAsks));
  rooms.note_sent(presence("bot@rest/a", "room@muc/bot2", "", "unavailable"));
  CHECK_FALSE(known(rooms, "room@muc/ann"));
  CHECK(known(rooms, "room@muc/ann", "bot@rest/b"));
  rooms.note_sent(presence("bot@rest/a", "room@muc/bot", "", "unavailable"));
  rooms.note_sent(presence("bot@rest/a", "room@muc/bot", kAsks));
  CHECK(known(rooms, "room@muc/ann"));
}

TEST_CASE("as many rooms as the limit says are known, and one more forgets what was joined longest ago") {
  JoinedRooms rooms;
  const auto room = [](size_t number) { return "room" + std::to_string(number) + "@muc"; };
  const auto join = [&](size_t number) {
    rooms.note_sent(presence("bot@rest/a", room(number) + "/bot", kAsks));
  };
  for (size_t i = 0; i < JoinedRooms::kRemembered; ++i) join(i);
  join(0);  // again: now the next one is the oldest
  CHECK(known(rooms, room(0)));
  CHECK(known(rooms, room(1)));
  join(JoinedRooms::kRemembered);
  CHECK(known(rooms, room(0)));
  CHECK_FALSE(known(rooms, room(1)));
  CHECK(known(rooms, room(2)));
  CHECK(known(rooms, room(JoinedRooms::kRemembered)));
}
