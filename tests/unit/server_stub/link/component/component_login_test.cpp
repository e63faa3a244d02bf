// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <sys/resource.h>

#include <algorithm>

#include "linked.h"
#include "support/catch.h"

using namespace restanza;
using namespace restanza::host;
using namespace std::chrono_literals;

TEST_CASE("a component opens a stream for its domain and proves the secret with a digest") {
  Linked linked;
  linked.link->start();
  Peer peer = linked.server.accept();
  const std::string header = peer.read_to("version='1.0'>");
  CHECK(header.find("to='rest.localhost'") != std::string::npos);
  CHECK(header.find("xmlns='jabber:component:accept'") != std::string::npos);
  CHECK_FALSE(linked.link->up());

  SECTION("with the stream's id") {
    peer.say(
        "<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' "
        "id='s1'>");
    CHECK(peer.read_to("</handshake>") == "<handshake>" + std::string(kDigest) + "</handshake>");
  }
  SECTION("with an id that has to be unescaped first") {
    peer.say(
        "<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' "
        "id='a&apos;b&lt;&amp;&gt;\"c'>");
    CHECK(peer.read_to("</handshake>") == "<handshake>9075358ea2f7ff764abeae1c0a632fcf0f2283a8</handshake>");
  }
  peer.say("<handshake/>");
  linked.events.next("ready");
  linked.log.lines.next("is logged in");
  CHECK(linked.link->up());
}

TEST_CASE("a wrong secret ends the attempts, and says so") {
  Linked linked;
  linked.link->start();
  linked.server.accept().refuse("not-authorized");
  linked.events.next("refused");
  CHECK(linked.log.lines.next("not-authorized").find("the secret") != std::string::npos);
  CHECK(value_of(linked.close()) == 0);
  CHECK_FALSE(linked.server.attempted());
}

TEST_CASE("what may pass by itself is tried again") {
  for (const char* condition : {"conflict", "host-unknown", "internal-server-error", "see-elsewhere"}) {
    INFO(condition);
    Linked linked;
    linked.link->start();
    linked.server.accept().refuse(condition);
    linked.log.lines.next(condition);
    Peer peer = linked.logged_in();
    linked.events.next("ready");
  }
}

TEST_CASE("what fails in the same way again is said once, and the login says how long it took") {
  Linked linked;
  linked.link->start();
  for (int i = 0; i < 3; ++i) linked.server.accept().refuse("conflict");
  linked.server.accept().refuse("host-unknown");
  linked.logged_in();
  CHECK_THAT(linked.log.shown.next(),
             Contains(": conflict: another component has logged in under this name"));
  CHECK_THAT(linked.log.shown.next(), Contains(": host-unknown: the server has no such component"));
  CHECK_THAT(linked.log.shown.next(), Contains("is logged in, after ") && Contains("; 0 stanzas wait"));
}

TEST_CASE("each way in which a login fails has its advice") {
  Linked linked;
  linked.link->start();
  const auto advice = [&] { return linked.log.shown.next("is not connected"); };
  const std::string stream = " xmlns:stream='http://etherx.jabber.org/streams' id='s1'>";
  SECTION("a port for clients") {
    linked.server.accept().say("<stream:stream xmlns='jabber:client'" + stream);
    CHECK_THAT(advice(), Contains("'jabber:client': this port is for clients: 'server' in [xmpp] must name"));
  }
  SECTION("a port for other servers") {
    linked.server.accept().say("<stream:stream xmlns='jabber:server'" + stream);
    CHECK_THAT(advice(), Contains("'jabber:server': this port is for other servers: 'server' in [xmpp]"));
  }
  SECTION("a port for something else") {
    linked.server.accept().say("HTTP/1.1 400 Bad Request\r\n\r\n");
    CHECK_THAT(advice(), Contains(": this port may not be for components: check 'server' in [xmpp]"));
  }
  SECTION("a port that hangs up") {
    linked.server.accept().hang_up();
    CHECK_THAT(advice(), Contains(": this port may not be for components: check 'server' in [xmpp]"));
  }
  SECTION("a stream error with a text") {
    Peer peer = linked.server.accept();
    peer.say("<stream:stream xmlns='jabber:component:accept'" + stream);
    peer.say(
        "<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
        "<text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>Already there</text></stream:error>");
    CHECK_THAT(advice(), Contains(": conflict (Already there): another component has logged in"));
  }
}

TEST_CASE("not-authorized after a login that worked is tried again") {
  Linked linked;
  linked.link->start();
  linked.logged_in().fail("system-shutdown");
  linked.server.accept().refuse("not-authorized");
  linked.log.lines.next("not-authorized");
  linked.logged_in();
  linked.events.next("ready");
  CHECK(linked.events.waiting() == 0);
}

TEST_CASE("however a connection ends, the component comes back") {
  Linked linked;
  linked.link->start();
  const auto end = GENERATE(0, 1, 2, 3, 4, 5);
  Peer peer = linked.logged_in();
  if (end == 0) peer.hang_up();
  if (end == 1) peer.reset();
  if (end == 2) peer.fail("system-shutdown");
  if (end == 3) peer.say("</stream:stream>");
  if (end == 4) {
    peer.say("<message from='alice@localhost'");
    peer.hang_up();
  }
  if (end == 5) peer.say("<message></iq>");
  INFO("end " << end << ": " << linked.log.lines.next("is not connected"));

  Peer again = linked.logged_in();
  CHECK(linked.send(message("m1")) == XP_OK);
  CHECK(again.read_to("</message>") == message("m1"));
  again.say("<message from='alice@localhost' to='rest.localhost'/>");
  CHECK(linked.hooks.seen.next() == "<message from='alice@localhost' to='rest.localhost'/>");
}

TEST_CASE("a login at a port where nobody listens has its advice") {
  Linked linked;
  linked.server.stop();
  linked.link->start();
  CHECK_THAT(linked.log.shown.next("is not connected"),
             Contains("Connection refused: nothing listens there: start the server, or check"));
}

TEST_CASE("a server that is not there yet is waited for") {
  Linked linked;
  linked.server.stop();
  linked.link->start();
  linked.log.lines.next("Connection refused");
  linked.log.lines.next("Connection refused");
  linked.server.restart();
  linked.logged_in();
  linked.events.next("ready");
}

TEST_CASE("a server that accepts and says nothing is given up for the next attempt") {
  Linked linked([](ComponentSettings& settings) { settings.login = 30ms; });
  linked.link->start();
  Peer silent = linked.server.accept();
  linked.log.lines.next("no answer to the handshake");
  silent.read_to_end();
}

TEST_CASE("a stream that is not for components is no login") {
  Linked linked;
  linked.link->start();
  Peer peer = linked.server.accept();
  peer.say("<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='s1'>");
  linked.log.lines.next("'jabber:client'");
  linked.logged_in();
}

TEST_CASE("a name is looked up, and each of its addresses is tried") {
  Linked linked([](ComponentSettings& settings) { settings.host = "localhost"; });
  linked.link->start();
  linked.logged_in();
}

TEST_CASE("a name without an address is tried again") {
  Linked linked([](ComponentSettings& settings) { settings.host = "no name has spaces"; });
  linked.link->start();
  linked.log.lines.next("no address for");
  linked.log.lines.next("no address for");
}

TEST_CASE("an idle connection sends white space, so that a dead peer is found") {
  Linked linked([](ComponentSettings& settings) { settings.times.ping_every = 10ms; });
  linked.link->start();
  Peer peer = linked.logged_in();
  CHECK(peer.read_to("  ") == "  ");
}

TEST_CASE("descriptors of 1024 and more work") {
  rlimit limit{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  limit.rlim_cur = std::min<rlim_t>(4096, limit.rlim_max);
  REQUIRE(setrlimit(RLIMIT_NOFILE, &limit) == 0);
  std::vector<int> low;
  do {
    low.push_back(open("/dev/null", O_RDONLY | O_CLOEXEC));
  } while (low.back() >= 0 && low.back() < 1024);
  REQUIRE(low.back() >= 1024);
  {
    Linked linked;
    linked.link->start();
    Peer peer = linked.logged_in();
    CHECK(linked.send(message("m1")) == XP_OK);
    CHECK(peer.read_to("</message>") == message("m1"));
  }
  for (const int descriptor : low) close(descriptor);
}

TEST_CASE("two components live side by side") {
  Linked one, other;
  one.link->start();
  other.link->start();
  Peer peer_of_one = one.logged_in();
  Peer peer_of_other = other.logged_in();
  CHECK(one.send(message("m1")) == XP_OK);
  CHECK(other.send(message("m2")) == XP_OK);
  CHECK(peer_of_one.read_to("</message>") == message("m1"));
  CHECK(peer_of_other.read_to("</message>") == message("m2"));
}

TEST_CASE("the secret is in no line of the log") {
  Linked linked;
  linked.link->start();
  linked.server.accept().refuse("conflict");
  linked.server.accept_login().hang_up();
  value_of(linked.close(0ms));
  REQUIRE(linked.log.lines.waiting() > 0);
  while (linked.log.lines.waiting() > 0) {
    const std::string line = linked.log.lines.next();
    CHECK(line.find(kSecret) == std::string::npos);
    CHECK(line.find(kDigest) == std::string::npos);
  }
}
