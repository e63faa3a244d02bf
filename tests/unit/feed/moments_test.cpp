// SPDX-License-Identifier: MIT
// What waits for a consumer in memory alone.
#include "feed/moments.h"

#include "support/catch.h"

using namespace restanza;
using namespace restanza::feed;

namespace {

struct Held {
  Moments moments;
  uint64_t number = 0;

  bool add(xmpp::Kind kind, const std::string& from, journal::Seq behind = 0, size_t size = 10) {
    xmpp::Stanza stanza;
    stanza.kind = kind;
    stanza.from = from;
    stanza.xml.assign(size, 'x');
    Moment moment;
    moment.behind = behind;
    moment.number = ++number;
    moment.id = from;
    moment.stanza = std::make_shared<const xmpp::Stanza>(std::move(stanza));
    return moments.add(std::move(moment));
  }
  bool presence(const std::string& from, journal::Seq behind = 0, size_t size = 10) {
    return add(xmpp::Kind::presence, from, behind, size);
  }
  bool iq(const std::string& from, journal::Seq behind = 0, size_t size = 10) {
    return add(xmpp::Kind::iq, from, behind, size);
  }
  std::string behind(journal::Seq seq, uint64_t its_number, size_t limit = 100) const {
    std::string all;
    for (const Moment& one : moments.behind(seq, its_number, limit))
      all += one.id + std::to_string(one.number) + " ";
    return all;
  }
};

}  // namespace

TEST_CASE("of presence the latest of each sender waits, and every iq") {
  Held h;
  h.presence("a");
  h.presence("b");
  h.iq("a");
  h.presence("a");
  h.iq("a");
  CHECK(h.behind(0, 0) == "b2 a3 a4 a5 ");
  CHECK(h.moments.size() == 4);
  CHECK(h.moments.dropped() == 0);
}

TEST_CASE("a place is behind a delivery, and then a number") {
  Held h;
  h.presence("a", 0);
  h.presence("b", 3);
  h.iq("c", 3);
  h.presence("d", 5);
  CHECK(h.behind(3, 0) == "b2 c3 d4 ");
  CHECK(h.behind(3, 2) == "c3 d4 ");
  CHECK(h.behind(4, 0) == "d4 ");
  CHECK(h.behind(0, 0, 2) == "a1 b2 ");
  h.moments.forget_up_to(3, 2);
  CHECK(h.behind(0, 0) == "c3 d4 ");
  h.moments.forget_up_to(5, 0);
  CHECK(h.behind(0, 0) == "d4 ");
  h.moments.forget(4);
  h.moments.forget(4);
  CHECK(h.behind(0, 0).empty());
  h.presence("d", 6);
  CHECK(h.behind(0, 0) == "d5 ");
}

TEST_CASE("past the limit the oldest presence makes room, and where there is none an iq is not taken") {
  Held h;
  h.iq("first");
  h.presence("old");
  for (size_t i = 2; i < Moments::kMax; ++i) h.iq("iq");
  REQUIRE(h.moments.size() == Moments::kMax);
  CHECK(h.presence("new"));
  CHECK(h.moments.size() == Moments::kMax);
  CHECK(h.moments.dropped() == 1);
  CHECK(h.iq("last"));
  CHECK(h.moments.dropped() == 2);
  CHECK_FALSE(h.iq("past it"));
  CHECK_FALSE(h.presence("past it"));
  CHECK(h.behind(0, 0, 1) == "first1 ");
}

TEST_CASE("their texts have room to the byte, and what is larger than all of it is not taken") {
  Held h;
  CHECK_FALSE(h.presence("large", 0, Moments::kMaxBytes + 1));
  CHECK(h.presence("all", 0, Moments::kMaxBytes));
  CHECK(h.presence("one", 0, 1));
  CHECK(h.behind(0, 0) == "one3 ");
  CHECK(h.iq("rest", 0, Moments::kMaxBytes - 1));
  CHECK(h.moments.size() == 2);
  CHECK_FALSE(h.iq("past it", 0, 2));
}
