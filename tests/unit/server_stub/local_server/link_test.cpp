// SPDX-License-Identifier: MIT
#include <atomic>
#include <string>
#include <thread>

#include "local_server/sent_queue.h"
#include "server_fixture.h"
#include "support/catch.h"

using namespace restanza;

TEST_CASE("a plugin and a client talk through the server") {
  const ServerFixture fixture;
  Hooks hooks;
  const auto link = fixture.server->attach("rest.localhost", hooks);
  REQUIRE(link);
  CHECK(link->up());
  const auto alice = fixture.login("alice@localhost/desk");
  alice->send("<message to='bot@rest.localhost' type='chat'><body>hi &#x1F600;</body></message>");
  CHECK(hooks.next() ==
        "<message to='bot@rest.localhost' type='chat' from='alice@localhost/desk'><body>hi "
        "\xF0\x9F\x98\x80</body></message>");
  CHECK(
      link->send(
          stanza_of("<message from='bot@rest.localhost' to='alice@localhost/desk'><body>ho</body></message>"),
          {}) == XP_OK);
  CHECK(alice->next() ==
        "<message from='bot@rest.localhost' to='alice@localhost/desk'><body>ho</body></message>");
}

TEST_CASE("a link speaks for plugins' domains and for accounts, and for nobody else") {
  const ServerFixture fixture;
  Hooks hooks;
  const auto rest = fixture.server->attach("rest.localhost", hooks),
             own = fixture.server->attach("localhost", hooks);
  const auto verdict = [](host::Link& link, const std::string& from) {
    return link.send(stanza_of("<message from='" + from + "' to='carol@rest.localhost'/>"), {});
  };
  for (const char* from :
       {"rest.localhost", "a@rest.localhost/x", "alice@localhost", "Bob@LOCALHOST/any", "localhost."}) {
    INFO(from);
    CHECK(verdict(*own, from) == XP_OK);
  }
  CHECK(verdict(*rest, "alice@localhost") == XP_OK);
  for (const char* from :
       {"localhost", "localhost/x", "nobody@localhost", "other.localhost", "a@example.org", "@", ""}) {
    INFO(from);
    CHECK(verdict(*rest, from) == XP_DENIED);
  }
  CHECK(verdict(*own, "localhost/x") == XP_DENIED);
}

TEST_CASE("a link takes stanzas up to the largest and answerable iqs only") {
  const ServerFixture fixture([](host::LocalSettings& settings) { settings.max_stanza = 100; });
  Hooks hooks;
  const auto link = fixture.server->attach("rest.localhost", hooks);
  CHECK(link->max_stanza() == 100);
  const auto sized = [](size_t size) {
    const std::string head = "<message from='rest.localhost' to='rest.localhost'><body>",
                      tail = "</body></message>";
    return stanza_of(head + std::string(size - head.size() - tail.size(), 'x') + tail);
  };
  CHECK(link->send(sized(100), {}) == XP_OK);
  CHECK(link->send(sized(101), {}) == XP_TOO_BIG);
  CHECK(link->send(stanza_of("<iq type='get' from='rest.localhost' to='rest.localhost'/>"), {}) ==
        XP_INVALID);
  CHECK(link->send(stanza_of("<iq id='1' from='rest.localhost' to='rest.localhost'/>"), {}) == XP_INVALID);
  CHECK(link->send(stanza_of("<iq id='1' type='result' from='rest.localhost' to='rest.localhost'/>"), {}) ==
        XP_OK);
}

TEST_CASE("a full link says so, and calls once when there is room again") {
  const ServerFixture fixture([](host::LocalSettings& settings) { settings.link_stanzas = 2; });
  Hooks hooks;
  const auto link = fixture.server->attach("rest.localhost", hooks);
  const auto to_itself = [](const std::string& id) {
    return stanza_of("<message from='a@rest.localhost' to='b@rest.localhost' id='" + id + "'/>");
  };
  Event<bool> entered, go_on, room;
  link->post([&] {  // the loop stands still while the link fills
    entered.set(true);
    go_on.wait();
  });
  entered.wait();
  CHECK(link->send(to_itself("1"), {}) == XP_OK);
  CHECK(link->send(to_itself("2"), {}) == XP_OK);
  CHECK(link->send(to_itself("3"), [&] { room.set(true); }) == XP_WOULD_BLOCK);
  go_on.set(true);
  CHECK(room.wait());
  CHECK(link->send(to_itself("4"), {}) == XP_OK);
  for (const char* id : {"1", "2", "4"}) CHECK_THAT(hooks.next(), Contains(std::string("id='") + id + "'"));
  CHECK(hooks.offered() == 0);
}

TEST_CASE("the queue of a link is bounded in stanzas and in bytes, and an empty one takes any") {
  using Put = host::local::SentQueue::Put;
  const auto sized = [](size_t size) {
    xmpp::Stanza stanza;
    stanza.xml.assign(size, 'x');
    return stanza;
  };
  host::local::SentQueue queue(3, 10);
  int calls = 0;
  CHECK(queue.put(sized(11), {}) == Put::taken);
  CHECK(queue.put(sized(1), [&] { ++calls; }) == Put::full);
  CHECK(queue.take(1).writable.size() == 1);
  CHECK(queue.put(sized(5), {}) == Put::taken);
  CHECK(queue.put(sized(5), {}) == Put::taken);
  CHECK(queue.put(sized(1), {}) == Put::full);
  CHECK(queue.put(sized(0), {}) == Put::taken);
  CHECK(queue.put(sized(0), {}) == Put::full);
  const auto taken = queue.take(2);
  CHECK(taken.stanzas.size() == 2);
  CHECK(taken.more);
  queue.refuse_new();
  CHECK(queue.put(sized(0), {}) == Put::ended);
  CHECK(queue.size() == 1);
  CHECK(queue.end() == 1);
  CHECK(queue.take(1).stanzas.empty());
  CHECK(calls == 0);
}

TEST_CASE(
    "what waits in the queue of a link is routed by one at a time, and by the next where that one could "
    "not") {
  host::local::SentQueue queue(2, 10);
  CHECK_FALSE(queue.begin_routing());
  for (int i = 0; i < 2; ++i) queue.put({}, {});
  CHECK(queue.begin_routing());
  CHECK_FALSE(queue.begin_routing());
  CHECK(queue.take(1).more);
  CHECK_FALSE(queue.begin_routing());  // whoever takes has more to do
  queue.give_up_routing();
  CHECK(queue.begin_routing());
  CHECK_FALSE(queue.take(1).more);
  CHECK_FALSE(queue.begin_routing());
  queue.put({}, {});
  CHECK(queue.begin_routing());
}

TEST_CASE("a domain has one link at a time, and only a domain has one") {
  const ServerFixture fixture;
  Hooks hooks;
  auto link = fixture.server->attach("rest.localhost", hooks);
  REQUIRE(link);
  CHECK_FALSE(fixture.server->attach("REST.localhost", hooks));
  for (const char* domain : {"", "a@b", "rest.localhost/x", "a b"})
    CHECK_FALSE(fixture.server->attach(domain, hooks));
  link.reset();
  CHECK(fixture.server->attach("rest.localhost", hooks));
}

TEST_CASE("a destroyed link offers nothing any more, and the others go on") {
  const ServerFixture fixture;
  Hooks hooks, others;
  auto link = fixture.server->attach("rest.localhost", hooks);
  const auto other = fixture.server->attach("other.localhost", others);
  const auto alice = fixture.login("alice@localhost/desk");
  alice->send("<message to='rest.localhost' id='1'/>");
  CHECK_THAT(hooks.next(), Contains("id='1'"));
  link.reset();
  alice->send("<message to='rest.localhost' id='2'/>");
  CHECK_THAT(alice->next(), Contains("<remote-server-not-found "));
  alice->send("<message to='other.localhost' id='3'/>");
  CHECK_THAT(others.next(), Contains("id='3'"));
  CHECK(hooks.offered() == 0);
}

TEST_CASE("links are destroyed while clients and other threads use them") {
  const ServerFixture fixture;
  const auto alice = fixture.login("alice@localhost/desk");
  for (int round = 0; round < 20; ++round) {
    Hooks hooks(host::Offer::passed);
    auto link = fixture.server->attach("rest.localhost", hooks);
    REQUIRE(link);
    const auto stanza = stanza_of("<message from='rest.localhost' to='alice@localhost/desk' id='p'/>");
    std::thread plugin([&] {
      for (int i = 0; i < 50; ++i) link->send(stanza, {});
    });
    for (int i = 0; i < 20; ++i) alice->send("<presence to='rest.localhost'/>");
    plugin.join();
    link.reset();
  }
  alice->send("<message to='alice@localhost/desk' id='last'/>");
  std::string last;
  while ((last = alice->next()).find("id='last'") == std::string::npos) REQUIRE_THAT(last, StartsWith("<"));
}

TEST_CASE("a link that closes sends what waits and lets the hooks finish") {
  const ServerFixture fixture;
  Hooks hooks;
  const auto link = fixture.server->attach("rest.localhost", hooks);
  const auto alice = fixture.login("alice@localhost/desk");
  hooks.hold(true);
  alice->send("<message to='rest.localhost' id='1'/>");
  hooks.next();
  CHECK(link->send(stanza_of("<message from='rest.localhost' to='alice@localhost/desk' id='2'/>"), {}) ==
        XP_OK);
  Event<size_t> closed;
  link->close(std::chrono::milliseconds(kDeadlineMs), [&](size_t unsent) { closed.set(unsent); });
  CHECK_FALSE(link->up());
  CHECK(link->send(stanza_of("<message from='rest.localhost' to='alice@localhost/desk' id='3'/>"), {}) ==
        XP_GONE);
  CHECK_THAT(alice->next(), Contains("id='2'"));
  hooks.release(*link, host::Offer::passed);
  CHECK(closed.wait() == 0);
  CHECK_THAT(alice->next(), Contains("id='1'") && Contains("<service-unavailable "));
}

TEST_CASE("a link that closes waits no longer than it may") {
  const ServerFixture fixture;
  Hooks hooks;
  const auto link = fixture.server->attach("rest.localhost", hooks);
  const auto alice = fixture.login("alice@localhost/desk");
  hooks.hold(true);
  alice->send("<message to='rest.localhost' id='1'/>");
  hooks.next();
  Event<size_t> closed;
  link->close(std::chrono::milliseconds(20), [&](size_t unsent) { closed.set(unsent); });
  CHECK(closed.wait() == 0);
  hooks.release(*link, host::Offer::taken);
  CHECK(alice->nothing_came());
}

TEST_CASE("before the server runs a link can be made, used and ended") {
  QuietLog log;
  SystemClock clock;
  host::LocalSettings settings;
  settings.port = 0;
  const auto created = host::LocalServer::create(settings, log, clock);
  REQUIRE(created.ok());
  Hooks hooks, others;
  const auto kept = (*created)->attach("rest.localhost", hooks);
  auto ended = (*created)->attach("other.localhost", others);
  CHECK_FALSE(kept->up());
  const auto stanza = stanza_of("<message from='rest.localhost' to='rest.localhost'/>");
  CHECK(kept->send(stanza, {}) == XP_OK);
  CHECK(ended->send(stanza, {}) == XP_OK);
  size_t unsent = 0;
  ended->close(std::chrono::milliseconds(20), [&](size_t count) { unsent = count; });
  CHECK(unsent == 1);
  ended.reset();
  (*created)->start();
  CHECK_THAT(hooks.next(), StartsWith("injected "));
  (*created)->stop(std::chrono::milliseconds(kDeadlineMs));
  CHECK(kept->send(stanza, {}) == XP_GONE);
  CHECK(others.offered() == 0);
}
