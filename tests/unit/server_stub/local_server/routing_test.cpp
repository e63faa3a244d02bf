// SPDX-License-Identifier: MIT
#include <string>

#include "router_fixture.h"
#include "support/catch.h"

using namespace restanza;

namespace {

const std::string kUnavailable =
    "<error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";

}  // namespace

TEST_CASE("a message to a full address reaches that client only, stamped with its sender's") {
  RouterFixture fixture;
  const auto alice = fixture.connect("alice", "desk");
  const auto phone = fixture.present("bob", "phone", 5), desk = fixture.connect("bob", "desk");
  CHECK(alice->send("<message to='BOB@localhost/desk' id='1'><body>hi</body></message>").empty());
  CHECK(desk->received() == Received{"<message to='bob@localhost/desk' id='1' from='alice@localhost/desk'>"
                                     "<body>hi</body></message>"});
  CHECK(phone->received().empty());
  CHECK(alice->received().empty());
}

TEST_CASE("messages to an account go where RFC 6121 section 8.5 sends them") {
  RouterFixture fixture;
  const auto alice = fixture.connect("alice", "desk");
  struct Rule {
    const char *type, *to;
    const char* receivers;  // of: high (priority 5), low (1), quiet (-1), unseen (no presence)
    bool error;
  };
  const Rule rules[] = {
      {"chat", "bob@localhost", "high", false},
      {"normal", "bob@localhost", "high", false},
      {"made-up", "bob@localhost", "high", false},
      {"headline", "bob@localhost", "high low", false},
      {"groupchat", "bob@localhost", "", true},
      {"error", "bob@localhost", "", false},
      {"chat", "bob@localhost/quiet", "quiet", false},
      {"normal", "bob@localhost/unseen", "unseen", false},
      {"groupchat", "bob@localhost/low", "low", false},
      {"headline", "bob@localhost/quiet", "quiet", false},
      {"error", "bob@localhost/low", "low", false},
      {"chat", "bob@localhost/gone", "high", false},
      {"normal", "bob@localhost/gone", "", true},
      {"groupchat", "bob@localhost/gone", "", true},
      {"headline", "bob@localhost/gone", "", false},
      {"error", "bob@localhost/gone", "", false},
      {"chat", "carol@localhost", "", true},
      {"normal", "carol@localhost", "", true},
      {"headline", "carol@localhost", "", false},
      {"error", "carol@localhost", "", false},
      {"chat", "nobody@localhost", "", true},
      {"normal", "nobody@localhost/x", "", true},
      {"error", "nobody@localhost", "", false},
  };
  const std::pair<const char*, std::unique_ptr<MemoryClient>> clients[] = {
      {"high", fixture.present("bob", "high", 5)},
      {"low", fixture.present("bob", "low", 1)},
      {"quiet", fixture.present("bob", "quiet", -1)},
      {"unseen", fixture.connect("bob", "unseen")}};
  for (const auto& client : clients) client.second->received();
  for (const Rule& rule : rules) {
    INFO(rule.type << " to " << rule.to);
    alice->send(std::string("<message type='") + rule.type + "' to='" + rule.to +
                "' id='m'><body/></message>");
    std::string receivers;
    for (const auto& client : clients) {
      for (size_t n = client.second->received().size(); n > 0; --n) {
        receivers += (receivers.empty() ? "" : " ") + std::string(client.first);
      }
    }
    CHECK(receivers == rule.receivers);
    const Received answer = alice->received();
    if (rule.error) {
      CHECK(answer == Received{"<message type='error' id='m' from='" + std::string(rule.to) +
                               "' to='alice@localhost/desk'>" + kUnavailable + "</message>"});
    } else {
      CHECK(answer.empty());
    }
  }
}

TEST_CASE("of equal priorities the one that was announced last gets the message") {
  RouterFixture fixture;
  const auto alice = fixture.connect("alice", "desk");
  const auto one = fixture.present("bob", "1", 3), two = fixture.present("bob", "2", 3);
  one->received();
  alice->send("<message type='chat' to='bob@localhost'><body>to 2</body></message>");
  CHECK(two->received().size() == 1);
  one->send("<presence><priority>3</priority></presence>");
  one->received();
  two->received();
  alice->send("<message type='chat' to='bob@localhost'><body>to 1</body></message>");
  CHECK(one->received().size() == 1);
  CHECK(two->received().empty());
}

TEST_CASE("with negative priorities only, an account is offline for chat messages") {
  RouterFixture fixture;
  const auto alice = fixture.connect("alice", "desk");
  const auto bob = fixture.present("bob", "quiet", -128);
  alice->send("<message type='chat' to='bob@localhost' id='1'/>");
  CHECK_THAT(alice->received().at(0), Contains(kUnavailable));
  CHECK(bob->received().empty());
}

TEST_CASE("a message without an address goes to its sender's account") {
  RouterFixture fixture;
  const auto desk = fixture.connect("alice", "desk"), phone = fixture.present("alice", "phone");
  desk->send("<message><body>note</body></message>");
  CHECK(phone->received() ==
        Received{"<message from='alice@localhost/desk' to='alice@localhost'><body>note</body></message>"});
}

TEST_CASE("iqs reach full addresses; the server speaks for accounts and for who is not there") {
  RouterFixture fixture;
  const auto alice = fixture.connect("alice", "desk"), bob = fixture.connect("bob", "desk");
  alice->send("<iq type='get' id='1' to='bob@localhost/desk'><ping xmlns='urn:xmpp:ping'/></iq>");
  CHECK(bob->received() ==
        Received{"<iq type='get' id='1' to='bob@localhost/desk' from='alice@localhost/desk'>"
                 "<ping xmlns='urn:xmpp:ping'/></iq>"});
  bob->send("<iq type='result' id='1' to='alice@localhost/desk'/>");
  CHECK(alice->received() ==
        Received{"<iq type='result' id='1' to='alice@localhost/desk' from='bob@localhost/desk'/>"});

  for (const char* to : {"bob@localhost", "bob@localhost/gone", "carol@localhost", "carol@localhost/x",
                         "nobody@localhost", "nobody@localhost/x", "localhost/x"}) {
    alice->send(std::string("<iq type='set' id='2' to='") + to + "'><x xmlns='urn:x'/></iq>");
    CHECK(alice->received() == Received{std::string("<iq type='error' id='2' from='") + to +
                                        "' to='alice@localhost/desk'>" + kUnavailable + "</iq>"});
    alice->send(std::string("<iq type='result' id='3' to='") + to + "'/>");
    alice->send(std::string("<iq type='error' id='3' to='") + to + "'/>");
    CHECK(alice->received().empty());
  }
  CHECK(bob->received().empty());
}

TEST_CASE("the owner of an account is answered for it") {
  RouterFixture fixture;
  const auto alice = fixture.connect("alice", "desk");
  const auto ask = [&](const std::string& type, const std::string& payload, const std::string& to = "") {
    alice->send("<iq type='" + type + "' id='q'" + to + ">" + payload + "</iq>");
    const Received answer = alice->received();
    REQUIRE(answer.size() == 1);
    return answer[0];
  };
  CHECK(ask("get", "<query xmlns='jabber:iq:roster'/>") ==
        "<iq type='result' id='q' to='alice@localhost/desk'><query xmlns='jabber:iq:roster'/></iq>");
  CHECK_THAT(ask("set", "<query xmlns='jabber:iq:roster'><item jid='bob@localhost'/></query>"),
             Contains("<feature-not-implemented "));
  CHECK(ask("set", "<session xmlns='urn:ietf:params:xml:ns:xmpp-session'/>") ==
        "<iq type='result' id='q' to='alice@localhost/desk'/>");
  CHECK(ask("get", "<ping xmlns='urn:xmpp:ping'/>", " to='alice@localhost'") ==
        "<iq type='result' id='q' from='alice@localhost' to='alice@localhost/desk'/>");
  CHECK_THAT(ask("get", "<query xmlns='http://jabber.org/protocol/disco#info'/>", " to='alice@localhost'"),
             Contains("<identity category='account' type='registered'/>"));
  CHECK_THAT(ask("get", "<query xmlns='http://jabber.org/protocol/disco#items'/>"),
             Contains("<query xmlns='http://jabber.org/protocol/disco#items'/>"));
  CHECK_THAT(ask("set", "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>"), Contains("<not-allowed "));
  CHECK_THAT(ask("get", "<vCard xmlns='vcard-temp'/>"), Contains("<service-unavailable "));
}

TEST_CASE("the server's own address answers ping and lists the plugins' domains") {
  RouterFixture fixture;
  MemoryHooks hooks;
  const auto port = fixture.attach("rest.localhost", hooks);
  const auto alice = fixture.connect("alice", "desk");
  alice->send("<iq type='get' id='1' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>");
  CHECK(alice->received() ==
        Received{"<iq type='result' id='1' from='localhost' to='alice@localhost/desk'/>"});
  alice->send(
      "<iq type='get' id='2' to='localhost'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>");
  CHECK_THAT(alice->received().at(0), Contains("<item jid='rest.localhost'/>"));
  alice->send(
      "<iq type='get' id='3' to='localhost'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>");
  CHECK_THAT(alice->received().at(0), Contains("<identity category='server' type='im'"));
  alice->send("<iq type='get' id='4' to='localhost'><query xmlns='jabber:iq:last'/></iq>");
  CHECK_THAT(alice->received().at(0), Contains("<query xmlns='jabber:iq:last' seconds='0'/>"));
  CHECK(hooks.offered().empty());
}

TEST_CASE("other servers do not exist") {
  RouterFixture fixture;
  const auto alice = fixture.connect("alice", "desk");
  const std::string error =
      "<error type='cancel'><remote-server-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
  alice->send("<message to='bob@example.org' id='1'/>");
  CHECK(alice->received() ==
        Received{"<message type='error' id='1' from='bob@example.org' to='alice@localhost/desk'>" + error +
                 "</message>"});
  alice->send("<iq type='get' id='2' to='example.org'><x xmlns='urn:x'/></iq>");
  CHECK_THAT(alice->received().at(0), Contains(error));
  alice->send("<message type='error' to='bob@example.org'/>");
  alice->send("<iq type='result' id='3' to='example.org'/>");
  CHECK(alice->received().empty());
}

TEST_CASE("what a client sends is checked before anybody else sees it") {
  RouterFixture fixture;
  const auto alice = fixture.connect("alice", "desk"), bob = fixture.connect("bob", "desk");
  CHECK(alice->send("<message from='bob@localhost' to='bob@localhost/desk'/>") == "invalid-from");
  CHECK(alice->send("<message from='alice@localhost/phone' to='bob@localhost/desk'/>") == "invalid-from");
  CHECK(alice->send("<message from='@' to='bob@localhost/desk'/>") == "invalid-from");
  CHECK(alice->send("<query xmlns='jabber:iq:roster'/>") == "unsupported-stanza-type");
  CHECK(alice->send("<message xmlns='jabber:server' to='bob@localhost/desk'/>") == "unsupported-stanza-type");
  CHECK(bob->received().empty());
  CHECK(alice->send("<message from='alice@localhost' to='bob@localhost/desk'/>").empty());
  CHECK(bob->received() == Received{"<message from='alice@localhost/desk' to='bob@localhost/desk'/>"});

  alice->send("<message to='bob@' id='1'/>");
  CHECK(alice->received() ==
        Received{"<message type='error' id='1' to='alice@localhost/desk'><error type='modify'>"
                 "<jid-malformed xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>"});
  for (const char* iq :
       {"<iq type='get' to='bob@localhost/desk'><x xmlns='urn:x'/></iq>",
        "<iq id='1' to='bob@localhost/desk'><x xmlns='urn:x'/></iq>",
        "<iq type='push' id='1' to='bob@localhost/desk'><x xmlns='urn:x'/></iq>",
        "<iq type='get' id='1' to='bob@localhost/desk'/>",
        "<iq type='set' id='1' to='bob@localhost/desk'><x xmlns='urn:x'/><y xmlns='urn:y'/></iq>"}) {
    alice->send(iq);
    CHECK_THAT(alice->received().at(0), Contains("<error type='modify'><bad-request "));
  }
  alice->send("<iq type='result' to='bob@localhost/desk'/>");
  CHECK(alice->received().empty());
  CHECK(bob->received().empty());
}
