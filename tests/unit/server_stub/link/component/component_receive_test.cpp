// SPDX-License-Identifier: MIT
#include "linked.h"
#include "support/catch.h"

using namespace restanza;
using namespace restanza::host;

namespace {

const std::string kComponentPing =
    "<iq type='get' id='p1' from='alice@localhost/x' to='rest.localhost'><ping "
    "xmlns='urn:xmpp:ping'/></iq>";

}  // namespace

TEST_CASE("stanzas arrive as they were sent, also where gloox's own parser would lose or end them") {
  Linked linked;
  linked.link->start();
  Peer peer = linked.logged_in();
  const std::string addresses = "from='alice@localhost' to='rest.localhost'";
  peer.say("<message " + addresses + "><body>&#x1F600;</body></message>");
  CHECK(linked.hooks.seen.next() == "<message " + addresses + "><body>\xF0\x9F\x98\x80</body></message>");
  peer.say("<message " + addresses + " id='a\"b'/>");
  CHECK(linked.hooks.seen.next() == "<message " + addresses + " id='a&quot;b'/>");
  peer.say("<message " + addresses + " id='a&#10;b'/>");
  CHECK(linked.hooks.seen.next() == "<message " + addresses + " id='a&#10;b'/>");
  const std::string large =
      "<message " + addresses + "><body>" + std::string(200000, 'x') + "</body></message>";
  peer.say(large);
  CHECK(linked.hooks.seen.next() == large);
  peer.say(" \n<presence " + addresses + "/> ");
  CHECK(linked.hooks.seen.next() == "<presence " + addresses + "/>");
}

TEST_CASE("a stanza without both addresses is dropped, and so is what is no stanza") {
  Linked linked;
  linked.link->start();
  Peer peer = linked.logged_in();
  peer.say("<message to='rest.localhost'/><message from='alice@localhost'/><features/>" + kComponentPing);
  CHECK(linked.hooks.seen.next() == kComponentPing);
}

TEST_CASE("a stanza that is nested too deeply is dropped and counted, and does not end the stream") {
  Linked linked;
  linked.link->start();
  Peer peer = linked.logged_in();
  std::string open, close;
  for (int i = 0; i < 1100; ++i) {
    open += "<a>";
    close += "</a>";
  }
  peer.say("<message from='mallory@localhost' to='rest.localhost'>" + open + close + "</message>" + kComponentPing);
  CHECK(linked.hooks.seen.next() == kComponentPing);
  CHECK(linked.link->dropped() == 1);
}

TEST_CASE("while the hooks have enough the link reads no further, and then it goes on where it was") {
  Linked linked;
  linked.link->start();
  Peer peer = linked.logged_in();
  linked.hooks.enough = true;
  linked.settle();
  const std::string left = "<message from='alice@localhost' to='rest.localhost'/>";
  peer.say(left);
  peer.wait_arrived();
  for (int turn = 0; turn < 3; ++turn) linked.settle();
  CHECK(linked.hooks.seen.waiting() == 0);
  CHECK(linked.send(message("m1")) == XP_OK);  // what leaves is not held up
  CHECK(peer.read_to("</message>") == message("m1"));
  linked.hooks.enough = false;  // and nobody says so
  CHECK(linked.hooks.seen.next() == left);
}

TEST_CASE("the plugin's own stanza that comes back is marked") {
  Linked linked;
  linked.link->start();
  Peer peer = linked.logged_in();
  const std::string own = "<message from='bot@rest.localhost' to='rest.localhost'/>";
  peer.say(own);
  CHECK(linked.hooks.seen.next() == "injected " + own);
}

TEST_CASE("what a hook takes is not answered, what none takes is answered by the domain") {
  Linked linked;
  linked.link->start();
  Peer peer = linked.logged_in();
  peer.say(kComponentPing);
  linked.hooks.seen.next();
  linked.settle();
  linked.hooks.verdict = Offer::passed;
  peer.say(
      "<presence from='alice@localhost' to='rest.localhost'/>"
      "<message type='chat' id='m1' from='alice@localhost/x' to='nobody@rest.localhost'/>" +
      kComponentPing);
  CHECK(peer.read_to("</message>") ==
        "<message type='error' id='m1' from='nobody@rest.localhost' to='alice@localhost/x'><error "
        "type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>");
  CHECK(peer.read_to("/>") == "<iq type='result' id='p1' from='rest.localhost' to='alice@localhost/x'/>");
  CHECK(linked.link->dropped() == 0);
}

TEST_CASE("what cannot be taken is answered where one may, and counted where not") {
  Linked linked;
  linked.hooks.verdict = Offer::refused;
  linked.link->start();
  Peer peer = linked.logged_in();
  const std::string addresses = "id='x1' from='alice@localhost/x' to='rest.localhost'/>";
  peer.say("<presence " + addresses + "<message type='groupchat' " + addresses + "<message type='error' " +
           addresses + "<iq type='result' " + addresses + "<message " + addresses + kComponentPing);
  const std::string error =
      " from='rest.localhost' to='alice@localhost/x'><error type='wait'><resource-"
      "constraint xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
  CHECK(peer.read_to("</message>") == "<message type='error' id='x1'" + error + "</message>");
  CHECK(peer.read_to("</iq>") == "<iq type='error' id='p1'" + error + "</iq>");
  CHECK(linked.link->dropped() == 4);
  linked.log.lines.next("dropped so far: 1");
}
