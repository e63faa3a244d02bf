// SPDX-License-Identifier: MIT
#include <string>

#include "router_fixture.h"
#include "support/catch.h"

using namespace restanza;

TEST_CASE("who becomes available is seen by all who are, and sees them") {
  RouterFixture fixture;
  const auto alice = fixture.connect("alice", "desk"), hidden = fixture.connect("carol", "desk");
  alice->send("<presence><show>away</show></presence>");
  CHECK(alice->received() ==
        Received{"<presence from='alice@localhost/desk' to='alice@localhost'><show>away</show></presence>"});

  const auto bob = fixture.connect("bob", "phone");
  bob->send("<presence/>");
  CHECK(alice->received() == Received{"<presence from='bob@localhost/phone' to='alice@localhost'/>"});
  CHECK(bob->received() ==
        Received{
            "<presence from='bob@localhost/phone' to='bob@localhost'/>",
            "<presence from='alice@localhost/desk' to='bob@localhost/phone'><show>away</show></presence>"});
  CHECK(hidden->received().empty());

  bob->send("<presence><show>dnd</show></presence>");
  CHECK(alice->received() ==
        Received{"<presence from='bob@localhost/phone' to='alice@localhost'><show>dnd</show></presence>"});
  CHECK(bob->received().size() == 1);
}

TEST_CASE("who goes is seen to go, with a word or without, and once") {
  RouterFixture fixture;
  const auto alice = fixture.present("alice", "desk"), bob = fixture.present("bob", "phone"),
             carol = fixture.present("carol", "x");
  alice->received();
  bob->received();
  bob->send("<presence type='unavailable'><status>bye</status></presence>");
  CHECK(alice->received() ==
        Received{"<presence type='unavailable' from='bob@localhost/phone' to='alice@localhost'>"
                 "<status>bye</status></presence>"});
  bob->leave();
  CHECK(alice->received().empty());
  carol->leave();
  CHECK(alice->received() ==
        Received{"<presence type='unavailable' from='carol@localhost/x' to='alice@localhost'/>"});
  CHECK(bob->received().empty());
}

TEST_CASE("a client that is taken over is seen to go") {
  RouterFixture fixture;
  const auto alice = fixture.present("alice", "desk"), before = fixture.present("bob", "phone");
  alice->received();
  const auto after = fixture.connect("bob", "phone");
  CHECK(alice->received() ==
        Received{"<presence type='unavailable' from='bob@localhost/phone' to='alice@localhost'/>"});
  alice->send("<message to='bob@localhost/phone'/>");
  CHECK(after->received().size() == 1);
  CHECK(before->received().empty());
}

TEST_CASE("directed presence reaches whom it names, and the end of it too") {
  RouterFixture fixture;
  MemoryHooks hooks;
  const auto port = fixture.attach("rest.localhost", hooks);
  const auto alice = fixture.connect("alice", "desk"), bob = fixture.connect("bob", "phone"),
             carol = fixture.connect("carol", "x");
  alice->send("<presence to='bob@localhost/phone'/>");
  alice->send("<presence to='room@rest.localhost/nick'/>");
  alice->send("<presence to='carol@localhost/x'/>");
  alice->send("<presence type='unavailable' to='carol@localhost/x'/>");
  CHECK(bob->received() == Received{"<presence to='bob@localhost/phone' from='alice@localhost/desk'/>"});
  CHECK(hooks.offered() ==
        std::vector<std::string>{"<presence to='room@rest.localhost/nick' from='alice@localhost/desk'/>"});
  CHECK(carol->received().size() == 2);
  alice->leave();
  CHECK(bob->received() ==
        Received{"<presence type='unavailable' from='alice@localhost/desk' to='bob@localhost/phone'/>"});
  CHECK(hooks.offered() ==
        std::vector<std::string>{
            "<presence type='unavailable' from='alice@localhost/desk' to='room@rest.localhost/nick'/>"});
  CHECK(carol->received().empty());
}

TEST_CASE("directed presence is remembered for so many addresses and no more") {
  host::LocalSettings settings;
  settings.max_directed = 2;
  RouterFixture fixture(settings);
  MemoryHooks hooks;
  const auto port = fixture.attach("rest.localhost", hooks);
  const auto alice = fixture.connect("alice", "desk");
  for (const char* to : {"a", "b", "c"})
    alice->send(std::string("<presence to='") + to + "@rest.localhost'/>");
  CHECK(hooks.offered().size() == 3);
  alice->leave();
  CHECK(hooks.offered().size() == 2);
}

TEST_CASE("a probe is answered by the server, and a subscription is the account's matter") {
  RouterFixture fixture;
  const auto alice = fixture.connect("alice", "desk"), bob = fixture.present("bob", "phone");
  alice->send("<presence type='probe' to='bob@localhost'/>");
  CHECK(alice->received().size() == 1);
  CHECK(bob->received().empty());
  alice->send("<presence type='subscribe' id='s' to='bob@localhost/phone'/>");
  CHECK(bob->received() ==
        Received{"<presence type='subscribe' id='s' to='bob@localhost/phone' from='alice@localhost'/>"});
  alice->send("<presence type='probe' to='carol@localhost'/>");
  alice->send("<presence to='nobody@localhost'/>");
  alice->send("<presence to='bob@localhost/gone'/>");
  alice->send("<presence type='subscribe'/>");
  CHECK(alice->received().empty());
  CHECK(bob->received().empty());
}

TEST_CASE("a priority is a number from -128 to 127, and anything else is none") {
  for (const auto& [text, reached] : std::vector<std::pair<std::string, bool>>{{"127", true},
                                                                               {"-128", false},
                                                                               {"-1", false},
                                                                               {"0", true},
                                                                               {" 7 ", true},
                                                                               {"128", true},
                                                                               {"-129", true},
                                                                               {"x", true},
                                                                               {"", true},
                                                                               {"-1x", true}}) {
    INFO("priority '" << text << "'");
    RouterFixture fixture;
    const auto alice = fixture.connect("alice", "desk"), bob = fixture.connect("bob", "phone");
    bob->send("<presence><priority>" + text + "</priority></presence>");
    bob->received();
    alice->send("<message type='chat' to='bob@localhost'/>");
    CHECK(bob->received().size() == (reached ? 1 : 0));
  }
}
