// SPDX-License-Identifier: MIT
// The latest of what waits, in memory as well.
#include "feed/tail.h"

#include "support/catch.h"

using namespace restanza;
using namespace restanza::feed;

namespace {

Kept kept(journal::Seq seq, size_t bytes = 10) {
  auto stanza = std::make_shared<xmpp::Stanza>();
  stanza->xml.assign(bytes, 'x');
  return {seq, "msg_" + std::to_string(seq), {}, stanza};
}

std::string seqs(const Tail& tail, journal::Seq after) {
  std::string all;
  for (const Kept& each : tail.behind(after)) all += (all.empty() ? "" : " ") + std::to_string(each.seq);
  return all;
}

}  // namespace

TEST_CASE("what was added behind a place is there, and nothing is known of what came before") {
  Tail tail;
  tail.clear(4);
  for (const journal::Seq seq : {5, 7}) tail.add(kept(seq));
  CHECK_FALSE(tail.covers(3));
  CHECK(tail.covers(4));
  CHECK(seqs(tail, 4) == "5 7");
  CHECK(seqs(tail, 5) == "7");
  CHECK(seqs(tail, 9).empty());
}

TEST_CASE("the oldest makes room, by number and by bytes") {
  Tail tail;
  for (size_t i = 1; i <= Tail::kMax; ++i) tail.add(kept(static_cast<journal::Seq>(i)));
  CHECK(tail.covers(0));
  tail.add(kept(Tail::kMax + 1));
  CHECK_FALSE(tail.covers(0));
  CHECK(tail.covers(1));
  CHECK(tail.behind(1).size() == Tail::kMax);

  Tail large;
  large.add(kept(1, Tail::kMaxBytes - 1));
  large.add(kept(2, 1));
  CHECK(large.covers(0));
  large.add(kept(3, 1));
  CHECK_FALSE(large.covers(0));
  CHECK(seqs(large, 1) == "2 3");
  large.add(kept(4, Tail::kMaxBytes + 1));  // too large for all of it
  CHECK_FALSE(large.covers(3));
  CHECK(large.covers(4));
}

TEST_CASE("what is forgotten makes room, and what is cleared is not known any more") {
  Tail tail;
  for (const journal::Seq seq : {1, 2, 3}) tail.add(kept(seq));
  tail.forget(2);
  tail.forget(9);
  CHECK(tail.covers(0));
  CHECK(seqs(tail, 0) == "1 3");
  tail.clear(3);
  CHECK_FALSE(tail.covers(2));
  CHECK(seqs(tail, 0).empty());
}
