// SPDX-License-Identifier: MIT
#include <map>
#include <string>

#include "base/str.h"
#include "local_server/sasl/accounts.h"
#include "local_server/sasl/sasl_negotiation.h"
#include "local_server/sasl/scram.h"
#include "support/catch.h"
#include "support/fake_clock.h"
#include "xml/gate.h"

using namespace restanza;
using namespace restanza::host::local;

namespace {

Accounts accounts_of(const std::map<std::string, std::string>& passwords) {
  auto loaded = Accounts::load("localhost", passwords);
  REQUIRE(loaded.ok());
  return std::move(*loaded);
}

// A client's side of SCRAM, computed apart from the server's code path but for the primitives.
struct ScramClient {
  std::string gs2 = "n,,";
  std::string user, password;
  std::string bare() const { return "n=" + user + ",r=clientnonce"; }
  std::string first() const { return gs2 + bare(); }
  std::string last(const std::string& server_first) const {
    const auto parts = split(server_first, ',');
    const std::string salt = *base64_decode(parts[1].substr(2));
    const auto iterations = static_cast<unsigned>(*parse_number(parts[2].substr(2)));
    const std::string without_proof = "c=" + base64(gs2) + "," + std::string(parts[0]);
    const std::string message = bare() + "," + server_first + "," + without_proof;
    // ClientProof = ClientKey XOR HMAC(H(ClientKey), AuthMessage); SaltedPassword by the definition of Hi().
    std::string u = hmac_sha1(password, salt + std::string("\0\0\0\1", 4)), salted = u;
    for (unsigned i = 1; i < iterations; ++i) {
      u = hmac_sha1(password, u);
      salted = exclusive_or(salted, u);
    }
    const std::string key = hmac_sha1(salted, "Client Key");
    return without_proof + ",p=" + base64(exclusive_or(key, hmac_sha1(sha1(key), message)));
  }
};

std::string outcome(const SaslStep& step) {
  if (step.kind == SaslStep::Kind::success) return "success " + step.node;
  return step.kind == SaslStep::Kind::challenge ? "challenge" : step.condition;
}

std::string scram(const Accounts& accounts, const ScramClient& client) {
  Scram server(accounts, "servernonce");
  const SaslStep first = server.respond(client.first());
  if (first.kind != SaslStep::Kind::challenge) return "at once: " + outcome(first);
  return outcome(server.respond(client.last(first.data)));
}

std::string with_nul(std::string text) {  // '|' stands for NUL
  for (char& c : text) c = c == '|' ? '\0' : c;
  return text;
}

std::string plain(const Accounts& accounts, const std::string& message) {
  return outcome(begin_exchange("PLAIN", accounts, false)->respond(with_nul(message)));
}

}  // namespace

TEST_CASE("SCRAM-SHA-1 computes what RFC 5802 section 5 shows") {
  const Accounts accounts = accounts_of({});
  const std::string salt = *base64_decode("QSXCR+Q6sek8bf92");
  Scram server(accounts, "3rfcNHYJY1ZVvWVs7j", derive_keys("pencil", salt, 4096), salt);
  const SaslStep first = server.respond("n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL");
  REQUIRE(first.kind == SaslStep::Kind::challenge);
  CHECK(first.data == "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096");
  const SaslStep last =
      server.respond("c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=");
  REQUIRE(last.kind == SaslStep::Kind::success);
  CHECK(last.node == "user");
  CHECK(last.data == "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=");
}

TEST_CASE("SCRAM lets in who knows the password, with both headers that name no channel binding") {
  const Accounts accounts = accounts_of({{"alice", "wonder"}, {"eve=,", "x"}});
  CHECK(scram(accounts, {"n,,", "alice", "wonder"}) == "success alice");
  CHECK(scram(accounts, {"y,,", "alice", "wonder"}) == "success alice");
  CHECK(scram(accounts, {"n,,", "ALICE", "wonder"}) == "success alice");
  CHECK(scram(accounts, {"n,,", "alice@localhost", "wonder"}) == "success alice");
  CHECK(scram(accounts, {"n,a=alice@localhost,", "alice", "wonder"}) == "success alice");
  CHECK(scram(accounts, {"n,,", "eve=3D=2C", "x"}) == "success eve=,");
}

TEST_CASE("SCRAM refuses the rest, each by its name") {
  const Accounts accounts = accounts_of({{"alice", "wonder"}, {"bob", "builder"}});
  CHECK(scram(accounts, {"n,,", "alice", "Wonder"}) == "not-authorized");
  CHECK(scram(accounts, {"n,,", "nobody", "wonder"}) == "not-authorized");
  CHECK(scram(accounts, {"n,a=bob@localhost,", "alice", "wonder"}) == "invalid-authzid");
  CHECK(scram(accounts, {"p=tls-unique,,", "alice", "wonder"}) == "at once: not-authorized");
  CHECK(scram(accounts, {"x,,", "alice", "wonder"}) == "at once: malformed-request");
  CHECK(scram(accounts, {"n,alice,", "alice", "wonder"}) == "at once: malformed-request");
  CHECK(scram(accounts, {"n,,", "al=2xice", "wonder"}) == "at once: malformed-request");
  CHECK(scram(accounts, {"n,,", "", "wonder"}) == "at once: malformed-request");
  CHECK(scram(accounts, {"n,,m=ext,", "alice", "wonder"}) == "at once: malformed-request");
  for (const char* hostile :
       {"", ",", ",,,,,,,,", "n,,n=alice", "n,,n=alice,r=", "n,,r=x,n=alice", "n,,n=a\xFF,r=x"}) {
    CHECK(outcome(Scram(accounts, "s").respond(hostile)) == "malformed-request");
  }
}

TEST_CASE("SCRAM refuses a last message with another nonce, another header or no proof") {
  const Accounts accounts = accounts_of({{"alice", "wonder"}});
  const ScramClient client{"n,,", "alice", "wonder"};
  const auto answer = [&](auto change) {
    Scram server(accounts, "servernonce");
    return outcome(server.respond(change(client.last(server.respond(client.first()).data))));
  };
  CHECK(answer([](std::string m) { return m; }) == "success alice");
  CHECK(answer([](std::string m) { return m.replace(0, 6, "c=eSws"); }) == "not-authorized");
  CHECK(answer([](std::string m) { return m.replace(m.find("r=") + 2, 1, "x"); }) == "not-authorized");
  CHECK(answer([](std::string m) { return m.substr(0, m.find(",p=")); }) == "malformed-request");
  CHECK(answer([](std::string m) { return m.substr(0, m.find(",p=") + 3) + "!!"; }) == "malformed-request");
  CHECK(answer([](std::string m) { return m.substr(0, m.find(",p=") + 3) + "AAAA"; }) == "not-authorized");
  CHECK(answer([](std::string m) { return m.insert(0, "x=1,"); }) == "malformed-request");
}

TEST_CASE("a name that does not exist gets the same salt each time, as one that does") {
  const Accounts accounts = accounts_of({{"alice", "wonder"}});
  const auto salt = [&](const char* name) {
    const std::string first = Scram(accounts, "s").respond(std::string("n,,n=") + name + ",r=c").data;
    return first.substr(first.find(",s="));
  };
  for (const char* name : {"alice", "nobody", "b/d", "some@where"}) {
    CHECK(salt(name) == salt(name));
    CHECK(salt(name).size() == salt("alice").size());
  }
  CHECK(salt("nobody") != salt("anybody"));
  CHECK(salt("Nobody") == salt("nobody"));
}

TEST_CASE("PLAIN checks the name and the password as SASLprep and nodeprep read them") {
  const Accounts accounts = accounts_of({{"alice", "wonder"}, {"bob@localhost", "b\xC2\xAAr"}});
  CHECK(plain(accounts, "|alice|wonder") == "success alice");
  CHECK(plain(accounts, "|Alice@LocalHost|wonder") == "success alice");
  CHECK(plain(accounts, "alice@localhost|alice|wonder") == "success alice");
  CHECK(plain(accounts, "|bob|bar") == "success bob");  // U+00AA is 'a' in compatibility form
  CHECK(plain(accounts, "bob@localhost|alice|wonder") == "invalid-authzid");
  CHECK(plain(accounts, "alice@localhost/x|alice|wonder") == "invalid-authzid");
  CHECK(plain(accounts, "|alice|wonder ") == "not-authorized");
  CHECK(plain(accounts, "|nobody|wonder") == "not-authorized");
  CHECK(plain(accounts, "|alice@elsewhere|wonder") == "not-authorized");
  CHECK(plain(accounts, "|alice/x|wonder") == "not-authorized");
  for (const char* hostile :
       {"", "alice", "|alice", "|alice|", "||wonder", "|alice|wonder|", "|alice|\xFF"}) {
    CHECK(plain(accounts, hostile) == "malformed-request");
  }
}

TEST_CASE("accounts that nobody could log in to are refused at once, without their passwords being said") {
  const auto error = [](const std::map<std::string, std::string>& passwords) {
    const auto loaded = Accounts::load("localhost", passwords);
    return loaded ? std::string() : loaded.error().text;
  };
  CHECK(error({{"alice", "wonder"}}).empty());
  for (const char* name : {"", "a b", "alice/x", "alice@elsewhere", "@localhost"}) {
    CHECK_THAT(error({{name, "s3cret"}}), Contains("no name") && !Contains("s3cret"));
  }
  CHECK_THAT(error({{"alice", ""}}), Contains("is empty"));
  CHECK_THAT(error({{"alice",
                     "a\x07"
                     "b"}}),
             Contains("SASLprep"));
  CHECK_THAT(error({{"alice", "x"}, {"Alice", "y"}}), Contains("twice"));
}

namespace {

// What a stream's negotiation answers to one element after the other.
struct Talk {
  const Accounts accounts = accounts_of({{"alice", "wonder"}});
  FakeClock clock;
  FailedLogins failed{clock, [](std::string_view node) { return std::string(node); }};
  SaslNegotiation sasl;
  explicit Talk(bool anonymous = false, unsigned attempts = 5)
      : sasl(accounts, failed, "127.0.0.1", anonymous, attempts) {}
  SaslNegotiation::Answer say(const std::string& name_and_attributes, const std::string& text = "") {
    const std::string name = name_and_attributes.substr(0, name_and_attributes.find(' '));
    const auto document =
        xml::parse("<" + name_and_attributes + " xmlns='" + kSaslNamespace + "'>" + text + "</" + name + ">");
    REQUIRE(document.ok());
    return sasl.handle(document->root());
  }
};

const std::string kWonder = base64(std::string("\0alice\0wonder", 13));

}  // namespace

TEST_CASE("the mechanisms are offered strongest first, ANONYMOUS where it is allowed") {
  CHECK(Talk().sasl.mechanisms() ==
        "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>SCRAM-SHA-1</mechanism>"
        "<mechanism>PLAIN</mechanism></mechanisms>");
  CHECK_THAT(Talk(true).sasl.mechanisms(), Contains("<mechanism>ANONYMOUS</mechanism>"));
}

TEST_CASE("the first message may come with the mechanism or after an empty challenge") {
  Talk talk;
  CHECK(talk.say("auth mechanism='PLAIN'", kWonder).node == "alice");
  CHECK(talk.say("auth mechanism='PLAIN'").xml == "<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
  const auto answer = talk.say("response", kWonder);
  CHECK(answer.xml == "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
  CHECK(answer.node == "alice");
}

TEST_CASE("SASL's failures have the names of RFC 6120 section 6.5") {
  Talk talk(false, 100);
  CHECK(talk.say("auth mechanism='PLAIN'", base64(std::string("\0alice\0wrong", 12))).xml ==
        "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure>");
  CHECK(talk.say("auth mechanism='PLAIN'", "%%%").condition == "incorrect-encoding");
  CHECK(talk.say("auth mechanism='PLAIN'", "=").condition == "malformed-request");
  CHECK(talk.say("auth mechanism='DIGEST-MD5'").condition == "invalid-mechanism");
  CHECK(talk.say("auth mechanism='ANONYMOUS'").condition == "invalid-mechanism");
  CHECK(talk.say("auth").condition == "invalid-mechanism");
  CHECK(talk.say("abort").condition == "aborted");
  CHECK(talk.say("response", kWonder).condition == "malformed-request");
  CHECK(talk.say("nonsense").condition == "malformed-request");
  talk.say("auth mechanism='PLAIN'");
  CHECK(talk.say("abort").condition == "aborted");
  CHECK(talk.say("response", kWonder).condition == "malformed-request");
}

TEST_CASE("anonymous users get names of their own") {
  Talk talk(true);
  const std::string one = talk.say("auth mechanism='ANONYMOUS'").node;
  const std::string two = talk.say("auth mechanism='ANONYMOUS'", base64("trace")).node;
  CHECK(one.size() == 24);
  CHECK(one != two);
}

TEST_CASE("the last failure that is allowed is the last word") {
  Talk talk(false, 2);
  CHECK_FALSE(talk.say("auth mechanism='PLAIN'", "%%%").give_up);
  CHECK(talk.say("auth mechanism='PLAIN'", "%%%").give_up);
}

namespace {

SaslNegotiation::Answer say_plain(Talk& talk, const std::string& authzid, const std::string& password) {
  const std::string nul(1, '\0');
  return talk.say("auth mechanism='PLAIN'", base64(authzid + nul + "alice" + nul + password));
}

// A whole exchange with a proof that is wrong.
SaslNegotiation::Answer guess_scram(Talk& talk) {
  const auto challenge = talk.say("auth mechanism='SCRAM-SHA-1'", base64("n,,n=alice,r=abc"));
  const auto document = xml::parse(challenge.xml);
  REQUIRE(document.ok());
  const std::string first = *base64_decode(document->root().text());
  const std::string nonce = first.substr(2, first.find(",s=") - 2);
  return talk.say("response", base64("c=biws,r=" + nonce + ",p=" + base64(std::string(20, 'x'))));
}

void guess_free(Talk& talk) {
  for (int i = 0; i < FailedLogins::kFree; ++i) {
    REQUIRE(say_plain(talk, "", "guess").late == std::chrono::milliseconds(0));
  }
}

}  // namespace

TEST_CASE("a guess is told late, by either mechanism, and meanwhile nothing is told of the right password") {
  for (const bool scram : {false, true}) {
    CAPTURE(scram);
    Talk talk(false, 100);
    guess_free(talk);
    const auto late = scram ? guess_scram(talk) : say_plain(talk, "", "guess");
    CHECK(late.late == std::chrono::milliseconds(250));
    CHECK_THAT(late.xml, Contains("<not-authorized/>"));
    CHECK_THAT(say_plain(talk, "", "wonder").xml, Contains("<temporary-auth-failure/>"));
    CHECK_THAT(guess_scram(talk).xml, Contains("<temporary-auth-failure/>"));
    talk.clock.advance(std::chrono::milliseconds(250));
    CHECK(say_plain(talk, "", "wonder").node == "alice");
  }
}

TEST_CASE("whether a password is right does not show by the name that it would act for") {
  Talk talk(false, 100);
  guess_free(talk);
  CHECK(say_plain(talk, "", "guess").late == std::chrono::milliseconds(250));
  CHECK_THAT(say_plain(talk, "bob@localhost", "wonder").xml, Contains("<temporary-auth-failure/>"));
}

TEST_CASE("who has logged in before does not wait for a guesser at the same address") {
  Talk talk(false, 100);
  CHECK(say_plain(talk, "", "wonder").node == "alice");
  guess_free(talk);
  CHECK(say_plain(talk, "", "guess").late == std::chrono::milliseconds(250));
  CHECK(say_plain(talk, "", "wonder").node == "alice");
}

TEST_CASE("what cannot be read is nobody's guess") {
  Talk talk(false, 100);
  for (int i = 0; i < 20; ++i) {
    CHECK(talk.say("auth mechanism='PLAIN'", "AA==").late == std::chrono::milliseconds(0));
  }
  CHECK(say_plain(talk, "", "wonder").node == "alice");
}
