// SPDX-License-Identifier: MIT
#include <sys/socket.h>

#include <string>

#include "local_server/client_socket.h"
#include "server_fixture.h"
#include "support/catch.h"
#include "support/lines.h"

using namespace restanza;

namespace {

std::string stream_error(const std::string& condition) {
  return "<error xmlns='http://etherx.jabber.org/streams'><" + condition +
         " xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></error>";
}

std::string message_of(size_t size) {
  const std::string head = "<message to='alice@localhost/desk'><body>", tail = "</body></message>";
  return head + std::string(size - head.size() - tail.size(), 'x') + tail;
}

std::string nested(size_t depth) {
  std::string xml = "<message to='alice@localhost/desk'>";
  for (size_t i = 1; i < depth; ++i) xml += "<x>";
  for (size_t i = 1; i < depth; ++i) xml += "</x>";
  return xml + "</message>";
}

std::string with_attributes(size_t count) {
  std::string xml = "<message to='alice@localhost/desk'><x";
  for (size_t i = 0; i < count; ++i) xml += " a" + std::to_string(i) + "=''";
  return xml + "/></message>";
}

}  // namespace

TEST_CASE("stanzas up to the largest get through, and one byte more ends the stream") {
  const ServerFixture fixture([](host::LocalSettings& settings) { settings.max_stanza = 1000; });
  const auto alice = fixture.login("alice@localhost/desk");
  alice->send(message_of(1000));
  CHECK_THAT(alice->next(), StartsWith("<message "));
  alice->send(message_of(1001));
  CHECK(alice->next() == stream_error("policy-violation"));
  CHECK(alice->next() == "</stream:stream>");
}

TEST_CASE("the default lets 262144 bytes through") {
  const ServerFixture fixture;
  const auto alice = fixture.login("alice@localhost/desk");
  alice->send(message_of(262144));
  CHECK_THAT(alice->next(), StartsWith("<message "));
  alice->send(message_of(262145));
  CHECK(alice->next() == stream_error("policy-violation"));
}

TEST_CASE("elements nest and carry attributes up to a limit") {
  const ServerFixture fixture;
  const auto answer = [&](const std::string& xml) {
    const auto alice = fixture.login("alice@localhost/desk");
    alice->send(xml);
    return alice->next();
  };
  CHECK_THAT(answer(nested(100)), StartsWith("<message "));
  CHECK(answer(nested(101)) == stream_error("policy-violation"));
  CHECK_THAT(answer(with_attributes(100)), StartsWith("<message "));
  CHECK(answer(with_attributes(101)) == stream_error("policy-violation"));
}

TEST_CASE("hostile bytes end their own stream with the right word, and nobody else's") {
  const ServerFixture fixture;
  const auto bob = fixture.login("bob@localhost/phone");
  const std::pair<const char*, const char*> cases[] = {
      {"<message></iq>", "not-well-formed"},
      {"<message to='a' to='b'/>", "not-well-formed"},
      {"<x:message/>", "not-well-formed"},
      {"<message>&undefined;</message>", "not-well-formed"},
      {"<message>\x01</message>", "not-well-formed"},
      {"<message>\xC3\x28</message>", "not-well-formed"},
      {"<message>&#0;</message>", "not-well-formed"},
      {"<!-- hidden -->", "restricted-xml"},
      {"<message><?php x ?></message>", "restricted-xml"},
      {"words", "bad-format"},
      {"<stream:stream to='localhost'/>", "unsupported-stanza-type"},
      {"<message from='bob@localhost' to='bob@localhost/phone'/>", "invalid-from"},
      {"<query xmlns='jabber:iq:roster'/>", "unsupported-stanza-type"},
  };
  for (const auto& [bytes, condition] : cases) {
    INFO(bytes);
    const auto alice = fixture.login("alice@localhost/desk");
    alice->send(bytes);
    CHECK(alice->next() == stream_error(condition));
    CHECK(alice->next() == "</stream:stream>");
    CHECK(alice->next() == "end");
  }
  CHECK(bob->nothing_came());
}

TEST_CASE("stanzas cut anywhere are put together again") {
  const ServerFixture fixture;
  const auto alice = fixture.login("alice@localhost/desk");
  const std::string stanza = "<message to='alice@localhost/desk' id='1'><body>&lt;\xC3\xA4</body></message>";
  for (const char byte : stanza + " \n" + stanza) alice->send(std::string(1, byte));
  const std::string expected =
      "<message to='alice@localhost/desk' id='1' "
      "from='alice@localhost/desk'><body>&lt;\xC3\xA4</body></message>";
  CHECK(alice->next() == expected);
  CHECK(alice->next() == expected);
}

TEST_CASE("a client that does not read is dropped, and who writes to it is told that it has gone") {
  const ServerFixture fixture([](host::LocalSettings& settings) { settings.max_unread = 100000; });
  const auto bob = fixture.login("bob@localhost/deaf");
  const auto alice = fixture.login("alice@localhost/desk");
  const std::string message =
      "<message to='bob@localhost/deaf'><body>" + std::string(50000, 'x') + "</body></message>";
  std::string answer;
  for (int sent = 0; sent < 2000 && answer.empty(); ++sent) {
    alice->send(message + "<iq type='get' id='s' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>");
    const std::string next = alice->next();
    if (next.find("<iq ") != 0) answer = next;
  }
  CHECK_THAT(answer, StartsWith("<message type='error'") && Contains("<service-unavailable "));
}

TEST_CASE("so many bytes wait for a client, and one more drops it") {
  SystemClock clock;
  Lines log;
  host::EventLoop loop(clock, log);
  REQUIRE(loop.open().ok());
  int pair[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0);
  Event<std::string> ended;
  auto socket = std::make_unique<host::local::ClientSocket>(
      loop, pair[0], 1000,
      host::local::ClientSocket::Handlers{[](std::string_view) {}, [&](const char* why) { ended.set(why); }});
  loop.start("test-loop");
  size_t at_limit = 0, past_it = 1;
  loop.call([&] {
    while (socket->unread() == 0) socket->send(std::string(500, 'x'));
    socket->send(std::string(1000 - socket->unread(), 'x'));
    at_limit = socket->unread();
    socket->send("x");
    past_it = socket->unread();
  });
  CHECK(at_limit == 1000);
  CHECK(past_it == 0);
  CHECK_THAT(ended.wait(), Contains("does not read"));
  loop.call([&] { socket.reset(); });
  loop.stop();
  close(pair[1]);
}

TEST_CASE("what waits for a slow client arrives complete and in order") {
  const ServerFixture fixture;
  const auto alice = fixture.login("alice@localhost/desk");
  for (int i = 0; i < 40; ++i) {
    alice->send("<message to='alice@localhost/desk' id='" + std::to_string(i) + "'><body>" +
                std::string(40000, 'x') + "</body></message>");
  }
  for (int i = 0; i < 40; ++i) CHECK_THAT(alice->next(), Contains(" id='" + std::to_string(i) + "' "));
}

TEST_CASE("a server that stops ends every stream with a word, and waits for no silent client") {
  ServerFixture fixture(
      [](host::LocalSettings& settings) { settings.close_timeout = std::chrono::milliseconds(50); });
  const auto alice = fixture.login("alice@localhost/desk"), silent = fixture.connect();
  silent->open_stream();
  CHECK_THAT(silent->next(), StartsWith("<stream "));
  CHECK_THAT(silent->next(), StartsWith("<features "));
  fixture.server->stop(std::chrono::milliseconds(kDeadlineMs));
  CHECK(alice->next() == stream_error("system-shutdown"));
  CHECK(alice->next() == "</stream:stream>");
  CHECK(alice->next() == "end");
  CHECK(silent->next() == stream_error("system-shutdown"));
}

TEST_CASE("presence shows a client that vanished without a word") {
  const ServerFixture fixture;
  const auto bob = fixture.present("bob@localhost/phone");
  auto alice = fixture.present("alice@localhost/desk");
  CHECK_THAT(bob->next(), Contains("from='alice@localhost/desk'"));
  alice->disconnect();
  CHECK(bob->next() == "<presence type='unavailable' from='alice@localhost/desk' to='bob@localhost'/>");
}
