// SPDX-License-Identifier: MIT
// Which deliveries keep their trees while they wait in the lanes.
#include "unit/subscription/laned.h"

using namespace restanza;
using namespace restanza::subscription;
using namespace std::chrono_literals;

namespace {

constexpr size_t kRoom = xmpp::TreeRoom::kMax;

// The bytes of a text whose tree takes up so much of the room.
size_t text_for(size_t room) {
  return (room - xmpp::TreeRoom::kLeast) / xmpp::TreeRoom::kForEachByte;
}

struct WithTrees : Laned {
  // A kept item whose lane is its id's first letter.
  void push(const std::string& id, size_t text = 0) {
    Item one = item(id, text);
    one.tree = std::make_shared<const xmpp::StanzaTree>(one.stanza);
    REQUIRE(lanes.push(id.substr(0, 1), std::move(one)));
  }
  void pass_a_second() {
    clock.advance(1s);
    timer.run_due();
  }
};

}  // namespace

TEST_CASE("trees stay with what waits up to the limit, and past it texts alone") {
  WithTrees l;
  l.push("a1", text_for(kRoom / 2));
  l.push("b1", text_for(kRoom / 2));
  l.push("c1");
  CHECK(l.next().item().tree);
  CHECK(l.next().item().tree);
  const auto third = l.next();
  CHECK_FALSE(third.item().tree);
  CHECK(third.item().stanza);
  l.push("d1", text_for(kRoom / 2));  // the others have left
  CHECK(l.next().item().tree);
}

TEST_CASE("a tree is kept from one attempt to the next, as far as there is room") {
  const bool crowded = GENERATE(false, true);
  WithTrees l;
  l.push("a1");
  auto work = l.next();
  const auto tree = work.item().tree;
  REQUIRE(tree);
  if (crowded) l.push("b1", text_for(kRoom));
  l.fail(std::move(work), 1s);
  if (crowded) l.finish(l.next());
  l.pass_a_second();
  work = l.next();
  CHECK(work.item().id == "a1");
  CHECK(work.item().tree == (crowded ? nullptr : tree));
  CHECK(work.item().text());
}

TEST_CASE("what comes to lanes that stand still waits as text") {
  WithTrees l;
  SECTION("because somebody stopped them") {
    l.lanes.stop(Gate::kPaused);
    l.push("a1");
    l.lanes.resume(Gate::kPaused);
    CHECK_FALSE(l.next().item().tree);
  }
  SECTION("because the first of the conversation waits for another attempt") {
    l.push("a1");
    l.fail(l.next(), 1s);
    l.push("a2");
    l.pass_a_second();
    l.finish(l.next());
    CHECK_FALSE(l.next().item().tree);
  }
}
