// SPDX-License-Identifier: MIT
#include "xmpp/stanza_tree.h"

#include <atomic>
#include <thread>
#include <vector>

#include "support/catch.h"
#include "xmpp/tree_room.h"

using namespace restanza;
using namespace restanza::xmpp;

namespace {

const std::string kText = "<message xml:lang='sv'><body>x</body></message>";

Stanza of(const std::string& xml) {
  Stanza stanza;
  stanza.xml = xml;
  return stanza;
}

// As many bytes of text as take up `size` of the room.
StanzaTree of_size(size_t size) {
  return of(std::string((size - TreeRoom::kLeast) / TreeRoom::kForEachByte, 'x'));
}

}  // namespace

TEST_CASE("a stanza's tree is made when somebody asks for it, and is the same for all who ask") {
  const StanzaTree tree(*parse_stanza(kText));
  CHECK_FALSE(tree.made());
  const xml::Element root = tree.root();
  REQUIRE(root);
  CHECK(tree.made());
  CHECK(root.first().text() == "x");
  CHECK(tree.root().node() == root.node());
  CHECK(tree.stanza().xml == kText);
}

TEST_CASE("threads that ask at the same time read one tree") {
  const StanzaTree tree(of(kText));
  std::atomic<int> ready{0};
  std::atomic<const void*> seen[4] = {};
  std::vector<std::thread> threads;
  for (auto& one : seen) {
    threads.emplace_back([&] {
      for (++ready; ready != 4;) std::this_thread::yield();
      const xml::Element root = tree.root();
      if (root.attribute("xml:lang") == "sv" && root.first().text() == "x") one = root.node();
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& one : seen) CHECK(one == tree.root().node());
}

TEST_CASE("a text that cannot be read has no tree, however often somebody asks") {
  const StanzaTree tree(of("<message>"));
  CHECK_FALSE(tree.root());
  CHECK(tree.made());
  CHECK_FALSE(tree.root());
}

TEST_CASE("who takes a stanza on takes its tree along") {
  StanzaTree offered(of(kText));
  const auto* const node = offered.root().node();
  const StanzaTree taken(std::move(offered));
  CHECK(taken.made());
  CHECK(taken.root().node() == node);
  CHECK(taken.stanza().xml == kText);
}

TEST_CASE("a tree that was forgotten is made anew for who asks next") {
  StanzaTree tree(of(kText));
  REQUIRE(tree.root());
  tree.forget();
  CHECK_FALSE(tree.made());
  CHECK(tree.root().first().text() == "x");
}

TEST_CASE("trees that wait have as much room as the limit says, and one byte more has none") {
  TreeRoom room;
  const StanzaTree half = of_size(TreeRoom::kMax / 2), least(of(""));
  REQUIRE(TreeRoom::size_of(half) == TreeRoom::kMax / 2);
  CHECK(room.take(half));
  CHECK(room.take(half));
  CHECK_FALSE(room.take(least));
  room.give_back(half);
  CHECK(room.take(least));
  CHECK_FALSE(room.take(half));
}
