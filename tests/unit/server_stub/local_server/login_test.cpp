// SPDX-License-Identifier: MIT
#include <memory>
#include <string>

#include "login/failed_logins.h"
#include "server_fixture.h"
#include "support/catch.h"

using namespace restanza;

namespace {

std::string ended_with(const std::string& condition) {
  return "<error xmlns='http://etherx.jabber.org/streams'><" + condition +
         " xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></error>";
}

// What a client gets for its first bytes, after the header that always comes.
std::string first_answer(const ServerFixture& fixture, const std::string& bytes) {
  const auto client = fixture.connect();
  client->send(bytes);
  CHECK_THAT(client->next(),
             StartsWith("<stream ") && Contains("from='localhost'") && Contains("version='1.0'"));
  const std::string answer = client->next();
  CHECK(client->next() == "</stream:stream>");
  CHECK(client->next() == "end");
  return answer;
}

}  // namespace

TEST_CASE("a client logs in step by step: headers, features, PLAIN, a second stream, its resource") {
  const ServerFixture fixture;
  const auto client = fixture.connect();
  client->open_stream("to='localhost' from='alice@localhost' version='1.0' xml:lang='de'");
  CHECK_THAT(
      client->next(),
      StartsWith("<stream xmlns='http://etherx.jabber.org/streams' version='1.0' xml:lang='en' id='") &&
          Contains("from='localhost' to='alice@localhost'"));
  CHECK(client->next() ==
        "<features xmlns='http://etherx.jabber.org/streams'><mechanisms "
        "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
        "<mechanism>SCRAM-SHA-1</mechanism><mechanism>PLAIN</mechanism></mechanisms></features>");
  client->send(
      "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGFsaWNlAHdvbmRlcg==</auth>");
  CHECK(client->next() == "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
  client->open_stream();
  CHECK_THAT(client->next(), StartsWith("<stream "));
  CHECK(client->next() ==
        "<features xmlns='http://etherx.jabber.org/streams'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>"
        "<session xmlns='urn:ietf:params:xml:ns:xmpp-session'><optional/></session></features>");
  client->send(
      "<iq type='set' id='b'><bind "
      "xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>phone</resource></bind></iq>");
  CHECK(client->next() ==
        "<iq type='result' id='b'><bind "
        "xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>alice@localhost/phone</jid></bind></iq>");
  client->send("</stream:stream>");
  CHECK(client->next() == "</stream:stream>");
  CHECK(client->next() == "end");
}

TEST_CASE("a wrong password and an unknown name look the same, and one may try again") {
  const ServerFixture fixture;
  const auto client = fixture.connect();
  const std::string refused = "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure>";
  CHECK(client->login("alice", "wrong", "x") == refused);
  client->send(
      "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AG5vYm9keQB3b25kZXI=</auth>");
  CHECK(client->next() == refused);
  client->send(
      "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGFsaWNlAHdvbmRlcg==</auth>");
  CHECK_THAT(client->next(), StartsWith("<success"));
}

TEST_CASE("the last failed login that is allowed ends the stream") {
  const ServerFixture fixture([](host::LocalSettings& settings) { settings.login_attempts = 2; });
  const auto client = fixture.connect();
  CHECK_THAT(client->login("alice", "wrong", "x"), Contains("<not-authorized/>"));
  client->send("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AA==</auth>");
  CHECK_THAT(client->next(), Contains("<malformed-request/>"));
  CHECK(client->next() == ended_with("policy-violation"));
}

TEST_CASE("a guess after some failures is told in the end, and who does not wait for it is sent away") {
  const ServerFixture fixture([](host::LocalSettings& settings) { settings.login_attempts = 100; });
  const auto client = fixture.connect();
  const std::string guess =
      "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGFsaWNlAGd1ZXNz</auth>";
  CHECK_THAT(client->login("alice", "wrong", "x"), Contains("<not-authorized/>"));
  for (int i = 1; i < FailedLogins::kFree + 1; ++i) {
    client->send(guess);
    CHECK_THAT(client->next(), Contains("<not-authorized/>"));
  }
  client->send(guess + guess);
  CHECK(client->next() == ended_with("policy-violation"));
}

TEST_CASE("anonymous users log in where the settings allow it, with the next stream in the same bytes") {
  const ServerFixture fixture([](host::LocalSettings& settings) { settings.anonymous = true; });
  const auto client = fixture.connect();
  client->open_stream();
  client->send(
      "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>"
      "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='localhost' "
      "version='1.0'>");
  client->next();
  CHECK_THAT(client->next(), Contains("<mechanism>ANONYMOUS</mechanism>"));
  CHECK_THAT(client->next(), StartsWith("<success"));
  client->next();
  CHECK_THAT(client->next(), Contains("<bind "));
  CHECK_THAT(client->bind(""), Contains("@localhost/"));
}

TEST_CASE("the server chooses a resource where the client names none, and refuses one that is none") {
  const ServerFixture fixture;
  const auto one = fixture.connect(), two = fixture.connect();
  const std::string first = one->login("alice", "wonder", ""), second = two->login("alice", "wonder", "");
  CHECK_THAT(first, StartsWith("alice@localhost/"));
  CHECK(first != second);

  const auto three = fixture.connect();
  CHECK_THAT(three->login("alice", "wonder", "a&#x85;b"), Contains("<bad-request "));
  CHECK(three->bind("fine") == "alice@localhost/fine");
}

TEST_CASE("who binds a resource that is in use takes it over") {
  const ServerFixture fixture;
  const auto before = fixture.login("alice@localhost/desk");
  const auto after = fixture.login("alice@localhost/desk");
  CHECK(before->next() == ended_with("conflict"));
  CHECK(before->next() == "</stream:stream>");
  CHECK(before->next() == "end");
  CHECK(after->nothing_came());
}

TEST_CASE("an account has so many resources at a time and no more") {
  const ServerFixture fixture([](host::LocalSettings& settings) { settings.max_resources = 2; });
  const auto one = fixture.login("alice@localhost/1"), two = fixture.login("alice@localhost/2");
  const auto three = fixture.connect();
  CHECK_THAT(three->login("alice", "wonder", "3"), Contains("<error type='wait'><resource-constraint "));
  CHECK(three->bind("2") == "alice@localhost/2");
  const auto bob = fixture.login("bob@localhost/1");
  CHECK(bob->nothing_came());
}

TEST_CASE("headers are checked as RFC 6120 section 4.9 asks") {
  const ServerFixture fixture;
  const std::string streams = "xmlns:stream='http://etherx.jabber.org/streams' ";
  CHECK(first_answer(fixture, "<stream:stream xmlns='jabber:client' " + streams +
                                  "to='elsewhere' version='1.0'>") == ended_with("host-unknown"));
  CHECK(first_answer(fixture, "<stream:stream xmlns='jabber:client' " + streams + "version='1.0'>") ==
        ended_with("improper-addressing"));
  CHECK(first_answer(fixture, "<stream:stream xmlns='jabber:client' " + streams + "to='localhost'>") ==
        ended_with("unsupported-version"));
  CHECK(first_answer(fixture, "<stream:stream xmlns='jabber:server' " + streams +
                                  "to='localhost' version='1.0'>") == ended_with("invalid-namespace"));
  CHECK(first_answer(
            fixture,
            "<stream:stream xmlns='jabber:client' xmlns:stream='urn:x' to='localhost' version='1.0'>") ==
        ended_with("invalid-namespace"));
  CHECK(first_answer(fixture, "<stream:flow xmlns='jabber:client' " + streams +
                                  "to='localhost' version='1.0'>") == ended_with("bad-format"));
}

TEST_CASE("what is no stream is told so inside of one") {
  const ServerFixture fixture;
  CHECK(first_answer(fixture, "GET / HTTP/1.1\r\n\r\n") == ended_with("not-well-formed"));
  CHECK(first_answer(fixture, "<<") == ended_with("not-well-formed"));
  CHECK(first_answer(fixture, "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]>") ==
        ended_with("restricted-xml"));
  CHECK(first_answer(fixture, "\xFF\xFE<stream>") == ended_with("unsupported-encoding"));
  CHECK(first_answer(fixture, "<?xml version='1.0' encoding='iso-8859-1'?><stream>") ==
        ended_with("unsupported-encoding"));
}

TEST_CASE("nothing but logging in is served before it is done") {
  const ServerFixture fixture;
  const auto answer_to = [&](const std::string& xml) {
    const auto client = fixture.connect();
    client->open_stream();
    client->next();
    client->next();
    client->send(xml);
    return client->next();
  };
  CHECK(answer_to("<message to='bob@localhost'/>") == ended_with("not-authorized"));
  CHECK(answer_to("<iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>") ==
        ended_with("not-authorized"));
  CHECK(answer_to("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>") ==
        ended_with("unsupported-stanza-type"));
  const auto client = fixture.connect();
  client->open_stream();
  client->next();
  client->next();
  client->send(
      "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGFsaWNlAHdvbmRlcg==</auth>");
  client->next();
  client->open_stream();
  client->next();
  client->next();
  client->send("<message to='bob@localhost'><body>early</body></message>");
  CHECK(client->next() == ended_with("not-authorized"));
}

TEST_CASE("a client that does not log in is sent away in time") {
  const ServerFixture fixture(
      [](host::LocalSettings& settings) { settings.login_timeout = std::chrono::milliseconds(30); });
  const auto silent = fixture.connect();
  CHECK_THAT(silent->next(), StartsWith("<stream "));
  CHECK(silent->next() == ended_with("connection-timeout"));
  // One whose header comes too late is sent away before the features, and another one tries.
  std::unique_ptr<RawClient> slow;
  std::string features;
  for (int tries = 0; tries < 5 && features.find("<features ") != 0; ++tries) {
    slow = fixture.connect();
    slow->open_stream();
    CHECK_THAT(slow->next(), StartsWith("<stream "));
    features = slow->next();
  }
  CHECK_THAT(features, StartsWith("<features "));
  CHECK(slow->next() == ended_with("connection-timeout"));
}

TEST_CASE("so many clients are served and the next is turned away") {
  const ServerFixture fixture([](host::LocalSettings& settings) { settings.max_clients = 2; });
  auto one = fixture.login("alice@localhost/1");
  const auto two = fixture.login("bob@localhost/1");
  const auto three = fixture.connect();
  CHECK_THAT(three->next(), StartsWith("<stream "));
  CHECK(three->next() == ended_with("resource-constraint"));
  one->send("</stream:stream>");
  CHECK(one->next() == "</stream:stream>");
  CHECK(one->next() == "end");
}

TEST_CASE("of those at one address who do not log in so many are kept, and one more ends the first of them") {
  const ServerFixture fixture([](host::LocalSettings& settings) { settings.max_waiting = 2; });
  const auto user = fixture.login("alice@localhost/1");
  const auto first = fixture.connect();
  const auto second = fixture.login("bob@localhost/1");
  const auto third = fixture.connect();
  first->open_stream();
  CHECK_THAT(first->next(), StartsWith("<stream "));  // two wait, and none is sent away
  CHECK_THAT(first->next(), StartsWith("<features "));
  const auto fourth = fixture.login("alice@localhost/2");
  CHECK(first->next() == ended_with("resource-constraint"));
  third->open_stream();
  CHECK_THAT(third->next(), StartsWith("<stream "));
  user->send("</stream:stream>");
  CHECK(user->next() == "</stream:stream>");
}

TEST_CASE("where all places are taken, one who has not logged in makes place") {
  const ServerFixture fixture([](host::LocalSettings& settings) { settings.max_clients = 2; });
  const auto user = fixture.login("alice@localhost/1");
  const auto silent = fixture.connect();
  silent->open_stream();
  CHECK_THAT(silent->next(), StartsWith("<stream "));
  CHECK_THAT(silent->next(), StartsWith("<features "));
  const auto newcomer = fixture.login("bob@localhost/1");
  CHECK(silent->next() == ended_with("resource-constraint"));
}

TEST_CASE("passwords are checked for others too, by name or by address, with one verdict") {
  const ServerFixture fixture;
  const auto verdict = [&](const char* name, const char* password) {
    std::string said;
    fixture.server->check_password(name, password, [&](xp_status status, const std::string& bare) {
      said += std::to_string(status) + bare;
    });
    return said;
  };
  CHECK(verdict("alice", "wonder") == "0alice@localhost");
  CHECK(verdict("Alice@localhost", "wonder") == "0alice@localhost");
  CHECK(verdict("alice", "builder") == std::to_string(XP_DENIED));
  CHECK(verdict("nobody", "wonder") == std::to_string(XP_DENIED));
  CHECK(verdict("alice@elsewhere", "wonder") == std::to_string(XP_DENIED));
  CHECK(verdict("", "") == std::to_string(XP_DENIED));
}

TEST_CASE("settings that would let the world in or nobody are refused with a word about why") {
  QuietLog log;
  SystemClock clock;
  const auto error = [&](const std::function<void(host::LocalSettings&)>& change) {
    host::LocalSettings settings;
    change(settings);
    const auto created = host::LocalServer::create(settings, log, clock);
    return created ? std::string("created") : created.error().text;
  };
  CHECK(error([](host::LocalSettings&) {}) == "created");
  CHECK(error([](host::LocalSettings& s) { s.address = "::1"; }) == "created");
  for (const char* address : {"0.0.0.0", "::", "192.0.2.1", "localhost", "", "127.0.0.1x"}) {
    CHECK_THAT(error([&](host::LocalSettings& s) { s.address = address; }), Contains("no loopback address"));
  }
  for (const char* domain : {"", "a@b", "a/b", "a b"}) {
    CHECK_THAT(error([&](host::LocalSettings& s) { s.domain = domain; }), Contains("is no domain"));
  }
}

TEST_CASE("a port that is taken is named in the error") {
  const ServerFixture fixture;
  QuietLog log;
  SystemClock clock;
  host::LocalSettings settings;
  settings.port = static_cast<uint16_t>(*parse_number(fixture.address.substr(fixture.address.find(':') + 1)));
  const auto second = host::LocalServer::create(settings, log, clock);
  REQUIRE(second.ok());
  const auto listening = (*second)->listen();
  REQUIRE_FALSE(listening.ok());
  CHECK_THAT(listening.error().text, Contains("cannot listen on " + fixture.address));
}
