// SPDX-License-Identifier: MIT
#include <string>

#include "router_fixture.h"
#include "support/catch.h"

using namespace restanza;
using Offered = std::vector<std::string>;

namespace {

const std::string kNoRoom =
    "<error type='wait'><resource-constraint xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";

}  // namespace

TEST_CASE("whatever is addressed to a plugin's domain is offered to its hooks") {
  RouterFixture fixture;
  MemoryHooks hooks;
  const auto port = fixture.attach("rest.localhost", hooks);
  const auto alice = fixture.connect("alice", "desk");
  alice->send("<message to='rest.localhost'/>");
  alice->send("<message to='bot@rest.localhost/x'/>");
  alice->send("<presence to='bot@rest.localhost'/>");
  alice->send("<iq type='result' id='1' to='rest.localhost'/>");
  CHECK(hooks.offered() ==
        Offered{"<message to='rest.localhost' from='alice@localhost/desk'/>",
                "<message to='bot@rest.localhost/x' from='alice@localhost/desk'/>",
                "<presence to='bot@rest.localhost' from='alice@localhost/desk'/>",
                "<iq type='result' id='1' to='rest.localhost' from='alice@localhost/desk'/>"});
  CHECK(alice->received().empty());
}

TEST_CASE("where the hooks pass, the domain answers as a component does") {
  RouterFixture fixture;
  MemoryHooks hooks;
  hooks.verdict = host::Offer::passed;
  const auto port = fixture.attach("rest.localhost", hooks);
  const auto alice = fixture.connect("alice", "desk");
  alice->send("<iq type='get' id='1' to='rest.localhost'><ping xmlns='urn:xmpp:ping'/></iq>");
  CHECK(alice->received() ==
        Received{"<iq type='result' id='1' from='rest.localhost' to='alice@localhost/desk'/>"});
  alice->send(
      "<iq type='get' id='2' to='rest.localhost'><query "
      "xmlns='http://jabber.org/protocol/disco#info'/></iq>");
  CHECK_THAT(alice->received().at(0), Contains("<identity category='component' type='generic'"));
  alice->send("<message to='bot@rest.localhost' id='3'/>");
  CHECK_THAT(alice->received().at(0), Contains("<service-unavailable "));
  alice->send("<presence to='bot@rest.localhost'/>");
  alice->send("<message type='error' to='bot@rest.localhost'/>");
  CHECK(alice->received().empty());
}

TEST_CASE("what the hooks cannot take is answered where somebody waits, and dropped where nobody does") {
  RouterFixture fixture;
  MemoryHooks hooks;
  hooks.verdict = host::Offer::refused;
  const auto port = fixture.attach("rest.localhost", hooks);
  const auto alice = fixture.connect("alice", "desk");
  alice->send("<message type='chat' to='bot@rest.localhost' id='1'/>");
  CHECK_THAT(alice->received().at(0), Contains(kNoRoom));
  alice->send("<iq type='set' to='rest.localhost' id='2'><x xmlns='urn:x'/></iq>");
  CHECK_THAT(alice->received().at(0), Contains(kNoRoom));
  for (const char* dropped :
       {"<message type='groupchat' to='bot@rest.localhost'/>",
        "<message type='error' to='bot@rest.localhost'/>", "<presence to='bot@rest.localhost'/>",
        "<iq type='result' id='3' to='rest.localhost'/>"}) {
    alice->send(dropped);
  }
  CHECK(alice->received().empty());
}

TEST_CASE("hooks hold so many stanzas, and the next is refused for them") {
  host::LocalSettings settings;
  settings.link_offers = 2;
  RouterFixture fixture(settings);
  MemoryHooks hooks;
  hooks.hold = true;
  const auto port = fixture.attach("rest.localhost", hooks);
  const auto alice = fixture.connect("alice", "desk");
  for (const char* id : {"1", "2", "3"})
    alice->send(std::string("<message to='rest.localhost' id='") + id + "'/>");
  CHECK(hooks.offered().size() == 2);
  const Received refused = alice->received();
  REQUIRE(refused.size() == 1);
  CHECK_THAT(refused[0], Contains("id='3'") && Contains(kNoRoom));
  hooks.held.front()(host::Offer::taken);
  alice->send("<message to='rest.localhost' id='4'/>");
  CHECK(hooks.offered().size() == 1);
}

TEST_CASE("a plugin's stanzas reach clients and come back marked where they are for its own domain") {
  RouterFixture fixture;
  MemoryHooks hooks, others;
  const auto port = fixture.attach("rest.localhost", hooks),
             other = fixture.attach("other.localhost", others);
  const auto alice = fixture.connect("alice", "desk");
  fixture.inject(*port,
                 "<message from='bot@rest.localhost' to='alice@localhost/desk'><body>hi</body></message>");
  CHECK(alice->received() ==
        Received{"<message from='bot@rest.localhost' to='alice@localhost/desk'><body>hi</body></message>"});
  fixture.inject(*port, "<message from='a@rest.localhost' to='b@rest.localhost'/>");
  CHECK(hooks.offered() == Offered{"injected <message from='a@rest.localhost' to='b@rest.localhost'/>"});
  fixture.inject(*port, "<message from='a@rest.localhost' to='other.localhost'/>");
  CHECK(others.offered() == Offered{"<message from='a@rest.localhost' to='other.localhost'/>"});
  fixture.inject(
      *port, "<iq type='get' id='1' from='rest.localhost' to='bob@localhost/gone'><x xmlns='urn:x'/></iq>");
  CHECK_THAT(hooks.offered().at(0),
             Contains("<iq type='error' id='1' from='bob@localhost/gone' to='rest.localhost'>"));
  fixture.inject(*port, "<iq type='get' id='2' from='rest.localhost'><x xmlns='urn:x'/></iq>");
  CHECK_THAT(hooks.offered().at(0), Contains("<bad-request "));
}

TEST_CASE("the answer to an iq in the name of an account is offered first, connected or not") {
  RouterFixture fixture;
  MemoryHooks hooks;
  const auto port = fixture.attach("rest.localhost", hooks);
  const auto bob = fixture.connect("bob", "phone");
  const bool connected = GENERATE(false, true);
  const auto alice = connected ? fixture.present("alice", "desk") : nullptr;
  for (const std::string from : {"alice@localhost", "alice@localhost/desk", "alice@localhost/other"}) {
    INFO(from);
    fixture.inject(
        *port, "<iq type='get' id='q1' from='" + from + "' to='bob@localhost/phone'><x xmlns='urn:x'/></iq>");
    CHECK(bob->received().size() == 1);
    bob->send("<iq type='result' id='other' to='" + from + "'/>");
    CHECK(hooks.offered().empty());
    if (alice) alice->received();
    bob->send("<iq type='result' id='q1' to='" + from + "'/>");
    CHECK(hooks.offered() ==
          Offered{"<iq type='result' id='q1' to='" + from + "' from='bob@localhost/phone'/>"});
    if (alice) CHECK(alice->received().empty());
    bob->send("<iq type='result' id='q1' to='" + from + "'/>");
    CHECK(hooks.offered().empty());
  }
}

TEST_CASE("an answer that the hook passes goes the normal way") {
  RouterFixture fixture;
  MemoryHooks hooks;
  hooks.verdict = host::Offer::passed;
  const auto port = fixture.attach("rest.localhost", hooks);
  const auto alice = fixture.connect("alice", "desk"), bob = fixture.connect("bob", "phone");
  fixture.inject(
      *port,
      "<iq type='get' id='q' from='alice@localhost/desk' to='bob@localhost/phone'><x xmlns='urn:x'/></iq>");
  bob->send("<iq type='result' id='q' to='alice@localhost/desk'/>");
  CHECK(hooks.offered().size() == 1);
  CHECK(alice->received().size() == 1);
}

TEST_CASE("what the server answers to an account reaches the plugin that asked in its name") {
  RouterFixture fixture;
  MemoryHooks hooks;
  const auto port = fixture.attach("rest.localhost", hooks);
  const auto answer = [&](const std::string& xml) {
    fixture.inject(*port, xml);
    const Offered offered = hooks.offered();
    return offered.size() == 1 ? offered[0] : std::to_string(offered.size()) + " offers";
  };
  CHECK(answer("<iq type='get' id='1' from='alice@localhost'><query xmlns='jabber:iq:roster'/></iq>") ==
        "<iq type='result' id='1' to='alice@localhost'><query xmlns='jabber:iq:roster'/></iq>");
  CHECK(answer("<iq type='get' id='2' from='alice@localhost' to='alice@localhost'><ping "
               "xmlns='urn:xmpp:ping'/></iq>") ==
        "<iq type='result' id='2' from='alice@localhost' to='alice@localhost'/>");
  CHECK(
      answer(
          "<iq type='get' id='3' from='alice@localhost' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>") ==
      "<iq type='result' id='3' from='localhost' to='alice@localhost'/>");
  CHECK_THAT(
      answer(
          "<iq type='get' id='4' from='alice@localhost' to='x.example'><ping xmlns='urn:xmpp:ping'/></iq>"),
      Contains("<iq type='error' id='4' from='x.example' to='alice@localhost'>") &&
          Contains("<remote-server-not-found "));
  CHECK_THAT(answer("<message id='5' from='alice@localhost' to='bob@localhost'/>"),
             Contains("<message type='error' id='5' from='bob@localhost' to='alice@localhost'>"));
  CHECK_THAT(answer("<message id='6' from='alice@localhost/x' to='bob@'/>"), Contains("<jid-malformed "));
}

TEST_CASE("an injected request is remembered for its time, and so many of them") {
  host::LocalSettings settings;
  settings.injected_requests = 2;
  RouterFixture fixture(settings);
  MemoryHooks hooks;
  const auto port = fixture.attach("rest.localhost", hooks);
  const auto bob = fixture.connect("bob", "phone");
  const auto ask = [&](const std::string& id) {
    fixture.inject(*port, "<iq type='get' id='" + id +
                              "' from='alice@localhost' to='bob@localhost/phone'><x xmlns='urn:x'/></iq>");
  };
  const auto answered = [&](const std::string& id) {
    bob->send("<iq type='result' id='" + id + "' to='alice@localhost'/>");
    return hooks.offered().size() == 1;
  };
  ask("1");
  fixture.clock.advance(std::chrono::seconds(309));
  CHECK(answered("1"));
  ask("2");
  fixture.clock.advance(std::chrono::seconds(310));
  CHECK_FALSE(answered("2"));
  ask("3");
  ask("4");
  ask("4");
  CHECK(answered("3"));
  ask("5");
  ask("6");
  CHECK_FALSE(answered("4"));
  CHECK(answered("5"));
  CHECK(answered("6"));
  // Other kinds are counted apart.
  ask("7");
  for (const char* id : {"a", "b", "c"}) {
    fixture.inject(*port,
                   std::string("<message from='alice@localhost' to='bob@localhost/phone' id='") + id + "'/>");
  }
  CHECK(answered("7"));
}

TEST_CASE("a plugin on the server's own domain sees what is for the domain itself") {
  RouterFixture fixture;
  MemoryHooks hooks;
  const auto port = fixture.attach("localhost", hooks);
  const auto alice = fixture.connect("alice", "desk"), bob = fixture.connect("bob", "phone");
  alice->send("<message to='localhost'/>");
  alice->send("<presence to='localhost'/>");
  CHECK(hooks.offered().size() == 2);
  alice->send("<message to='bob@localhost/phone'/>");
  alice->send("<message to='localhost/x' id='1'/>");
  alice->send("<iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>");
  CHECK(hooks.offered().empty());
  CHECK(bob->received().size() == 1);
  alice->received();

  hooks.verdict = host::Offer::passed;
  alice->send(
      "<iq type='get' id='2' to='localhost'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>");
  CHECK(hooks.offered().size() == 1);
  CHECK_THAT(alice->received().at(0), Contains("<identity category='server' type='im'"));
  alice->send(
      "<iq type='get' id='3' to='localhost'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>");
  CHECK_THAT(alice->received().at(0), Contains("<query xmlns='http://jabber.org/protocol/disco#items'/>"));
}

TEST_CASE("presence that a plugin sends for an account is seen by all who are available") {
  RouterFixture fixture;
  MemoryHooks hooks;
  const auto port = fixture.attach("rest.localhost", hooks);
  const auto bob = fixture.present("bob", "phone"), hidden = fixture.connect("bob", "desk");
  fixture.inject(*port, "<presence from='alice@localhost'><show>away</show></presence>");
  CHECK(bob->received() ==
        Received{"<presence from='alice@localhost' to='bob@localhost'><show>away</show></presence>"});
  CHECK(hidden->received().empty());
}

TEST_CASE("a domain whose plugin has gone is like one that never was") {
  RouterFixture fixture;
  MemoryHooks hooks;
  hooks.hold = true;
  const auto port = fixture.attach("rest.localhost", hooks);
  const auto alice = fixture.connect("alice", "desk");
  alice->send("<message to='rest.localhost' id='1'/>");
  fixture.router.detach(*port);
  hooks.held.front()(host::Offer::passed);
  CHECK(alice->received().empty());
  alice->send("<message to='rest.localhost' id='2'/>");
  CHECK_THAT(alice->received().at(0), Contains("<remote-server-not-found "));
}
