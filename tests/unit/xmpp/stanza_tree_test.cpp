// SPDX-License-Identifier: MIT
#include "xmpp/stanza_tree.h"

#include "support/catch.h"

using namespace restanza;

TEST_CASE("a stanza's tree is made when somebody asks for it, and is the same for all who ask") {
  xmpp::Stanza stanza = *xmpp::parse_stanza("<message xml:lang='sv'><body>x</body></message>");
  const xmpp::StanzaTree tree(stanza);
  const xml::Element root = tree.root();
  REQUIRE(root);
  CHECK(root.first().text() == "x");
  stanza.xml.clear();  // nobody reads the text a second time
  CHECK(tree.root().node() == root.node());
  CHECK(&tree.stanza() == &stanza);
}

TEST_CASE("a text that cannot be read has no tree, however often somebody asks") {
  xmpp::Stanza stanza;
  stanza.xml = "<message>";
  const xmpp::StanzaTree tree(stanza);
  CHECK_FALSE(tree.root());
  stanza.xml = "<message/>";
  CHECK_FALSE(tree.root());
}
