// SPDX-License-Identifier: MIT
#include "rest/access/credentials.h"

#include <optional>

#include "support/catch.h"
#include "unit/rest/access/told.h"
#include "unit/rest/rest_world.h"
#include "xmpp/jid.h"

using namespace restanza;
using namespace restanza::rest;

namespace {

struct Check {
  Credentials::Settings settings = credential_settings();
  FakeClock clock;
  Timer timer{clock};
  Lines log;
  FakeAccounts accounts;
  std::shared_ptr<Told> callback;

  // The caller's name, or the status of the refusal and its text up to the colon behind which it gives
  // advice.
  std::string of(const std::optional<std::string>& authorization) {
    const Credentials credentials(settings, accounts, clock, timer, log);
    return of(credentials, authorization);
  }
  std::string of(const Credentials& credentials, const std::optional<std::string>& authorization) {
    http::Request request;
    if (authorization) request.headers.emplace_back("authorization", *authorization);
    callback = std::make_shared<Told>();
    credentials.check(request, callback);
    return told();
  }
  std::string told() const {
    if (!callback->outcome) return "waits";
    if (callback->times != 1) return "told more than once";
    const auto& outcome = *callback->outcome;
    if (outcome) return outcome->name;
    const std::string& text = outcome.error().text;
    return std::to_string(outcome.error().status) + " " + text.substr(0, text.find(':'));
  }
  std::string challenge() const {
    for (const auto& [name, value] : callback->outcome->error().headers) {
      if (name == "WWW-Authenticate") return value;
    }
    return {};
  }
};

constexpr const char* kNone = "401 No credentials provided";
constexpr const char* kMalformed = "401 Credentials malformed";
constexpr const char* kWrong = "401 Credentials not accepted";

}  // namespace

TEST_CASE("the component's secret opens everything at the domain") {
  Check check;
  REQUIRE(check.of(as_component()) == "component");
  const Caller& caller = **check.callback->outcome;
  CHECK(caller.address == "rest.localhost");
  CHECK(caller.whole_domain);
  CHECK_FALSE(caller.account);
  CHECK(caller.rights == rest::kAllRights);
  CHECK(check.of("bAsIc   " + base64("REST.localhost:s3cret") + "  ") == "component");
  CHECK(check.accounts.asked.empty());
}

TEST_CASE("a wrong secret is 401 with a challenge for each mechanism") {
  Check check;
  CHECK(check.of(basic("rest.localhost", "wrong!")) == kWrong);
  CHECK(check.challenge() == "Basic realm=\"rest.localhost/rest\", Bearer realm=\"rest.localhost/rest\"");
  check.settings.bearer = false;
  CHECK(check.of(basic("rest.localhost", "")) == kWrong);
  CHECK(check.challenge() == "Basic realm=\"rest.localhost/rest\"");
  check.settings.bearer = true;
  check.settings.basic = false;
  CHECK(check.of(as_component()) == kNone);
  CHECK(check.challenge() == "Bearer realm=\"rest.localhost/rest\"");
  check.settings.bearer = false;
  CHECK(check.of(as_component()) == kNone);
  CHECK(check.challenge().empty());
}

TEST_CASE("an empty secret never matches") {
  Check check;
  check.settings.component_secret.clear();
  CHECK(check.of(basic("rest.localhost", "")) == kWrong);
  CHECK(check.of(basic("rest.localhost", kSecret)) == kWrong);
}

TEST_CASE("no credentials, unknown schemes and schemes alone are told so") {
  Check check;
  CHECK(check.of(std::nullopt) == kNone);
  CHECK(check.challenge().find("Basic") == 0);
  for (const char* odd : {"", " ", "Basic", "Basic ", "Bearer", "Digest username=x", "Basic:eA==", "\t"}) {
    CAPTURE(odd);
    CHECK(check.of(odd) == kNone);
  }
}

TEST_CASE("malformed Basic data is told so") {
  Check check;
  for (const std::string& odd :
       {std::string("!!!!"), std::string("a"), base64("no colon"), base64(":password only"),
        base64("a\xFF:b"), base64("a:\xC3"), base64("a:b") + " x", std::string("cmVzd=Q=")}) {
    CAPTURE(odd);
    CHECK(check.of("Basic " + odd) == kMalformed);
  }
  CHECK(check.accounts.asked.empty());
}

TEST_CASE("an account is whom the host says") {
  Check check;
  REQUIRE(check.of(basic("alice", "wonder:land")) == "alice@localhost");
  const Caller& caller = **check.callback->outcome;
  CHECK(caller.address == "alice@localhost");
  CHECK(caller.account);
  CHECK_FALSE(caller.whole_domain);
  CHECK(caller.rights == rest::kSend);
  CHECK(check.of(basic("alice@localhost", "wonder:land")) == "alice@localhost");
  CHECK(check.of(basic("alice", "wonder")) == kWrong);
  CHECK(check.of(basic("alice", "")) == kWrong);
  CHECK(check.challenge().find("Basic") == 0);
  CHECK(check.accounts.asked.back() == "alice ");
}

TEST_CASE("a password that cannot be checked is the server's fault") {
  Check check;
  check.accounts.broken = true;
  CHECK(check.of(basic("alice", "wonder:land")) == "500 The server could not check the password");
}

TEST_CASE("without accounts at the host there are none here") {
  Check check;
  check.accounts.there = false;
  CHECK(check.of(basic("alice", "wonder:land")) == kWrong);
  CHECK(check.accounts.asked.empty());
  CHECK(check.of(as_component()) == "component");
}

TEST_CASE("a verdict may come later, and after a drain it finds nobody") {
  Check check;
  check.accounts.later = true;
  const Credentials credentials(check.settings, check.accounts, check.clock, check.timer, check.log);
  CHECK(check.of(credentials, basic("alice", "wonder:land")) == "waits");
  check.accounts.held[0](Accounts::Verdict::ok, "alice@localhost");
  CHECK(check.told() == "alice@localhost");

  check.clock.advance(GoodPasswords::kMemory);
  CHECK(check.of(credentials, basic("alice", "wonder:land")) == "waits");
  credentials.drain();
  CHECK(check.told() == "503 The server is shutting down");
  check.accounts.held[1](Accounts::Verdict::ok, "alice@localhost");
  CHECK(check.told() == "503 The server is shutting down");
  CHECK(check.of(credentials, basic("alice", "wonder:land")) == "503 The server is shutting down");
  CHECK(check.accounts.asked.size() == 2);
}

TEST_CASE("a password that was right is not checked again for a while, and one that was wrong is") {
  Check check;
  const Credentials credentials(check.settings, check.accounts, check.clock, check.timer, check.log);
  const std::string good = basic("alice", "wonder:land");
  CHECK(check.of(credentials, good) == "alice@localhost");
  CHECK(check.of(credentials, good) == "alice@localhost");
  CHECK((*check.callback->outcome)->account);
  CHECK(check.accounts.asked.size() == 1);
  CHECK(check.of(credentials, basic("alice", "wonder")) == kWrong);
  CHECK(check.of(credentials, basic("alice", "wonder")) == kWrong);
  CHECK(check.accounts.asked.size() == 3);
  check.clock.advance(GoodPasswords::kMemory);
  CHECK(check.of(credentials, good) == "alice@localhost");
  CHECK(check.accounts.asked.size() == 4);
  CHECK(check.of(good) == "alice@localhost");  // by other credentials, as there are after a reload
  CHECK(check.accounts.asked.size() == 5);
}

TEST_CASE("a password that could not be checked is checked again") {
  Check check;
  check.accounts.broken = true;
  const Credentials credentials(check.settings, check.accounts, check.clock, check.timer, check.log);
  check.of(credentials, basic("alice", "wonder:land"));
  check.of(credentials, basic("alice", "wonder:land"));
  CHECK(check.accounts.asked.size() == 2);
}

TEST_CASE("an account that is known without a check has the same rate as with one") {
  Check check;
  check.settings.rate_limit = 2;
  const Credentials credentials(check.settings, check.accounts, check.clock, check.timer, check.log);
  CHECK(check.of(credentials, basic("alice", "wonder:land")) == "alice@localhost");
  CHECK(check.of(credentials, basic("alice", "wonder:land")) == "alice@localhost");
  CHECK(check.of(credentials, basic("alice", "wonder:land")) == "429 Too many requests");
}

TEST_CASE("a verdict may come after the one who waited for it is gone") {
  Check check;
  check.accounts.later = true;
  {
    const Credentials credentials(check.settings, check.accounts, check.clock, check.timer, check.log);
    check.of(credentials, basic("alice", "wonder:land"));
    credentials.drain();
  }
  check.accounts.held[0](Accounts::Verdict::denied, "");
  CHECK(check.callback->times == 1);
}

TEST_CASE("so many passwords are checked at once, and not one more") {
  Check check;
  check.accounts.later = true;
  const Credentials credentials(check.settings, check.accounts, check.clock, check.timer, check.log);
  for (size_t i = 0; i < Credentials::kOpenChecks; ++i) check.of(credentials, basic("alice", "x"));
  CHECK(check.told() == "waits");
  CHECK(check.of(credentials, basic("alice", "x")) == "503 Too many passwords are being checked");
  check.accounts.held[7](Accounts::Verdict::denied, "");
  CHECK(check.of(credentials, basic("alice", "x")) == "waits");
  credentials.drain();
}

TEST_CASE("a token is known by its digest") {
  Check check;
  check.settings.tokens = {token()};
  check.settings.tokens[0].rights = rest::kReceive;
  check.settings.tokens[0].to = {"*@localhost"};
  REQUIRE(check.of("Bearer t0ken") == "token test");
  CHECK((*check.callback->outcome)->address == "rest.localhost");
  CHECK((*check.callback->outcome)->rights == rest::kReceive);
  CHECK((*check.callback->outcome)->to == std::vector<std::string>{"*@localhost"});
  CHECK(check.of("bearer  t0ken ") == "token test");
  CHECK(check.of("Bearer t0keN") == kWrong);
  CHECK(check.of("Bearer " + std::string(kTokenDigest)) == kWrong);
  CHECK(check.challenge().find("Bearer") != std::string::npos);
  check.settings.bearer = false;
  CHECK(check.of("Bearer t0ken") == kNone);
}

TEST_CASE("a token ends with its expiry") {
  Check check;
  check.settings.tokens = {token()};
  check.settings.tokens[0].expires = check.clock.wall() + std::chrono::seconds(10);
  CHECK(check.of("Bearer t0ken") == "token test");
  check.clock.advance(std::chrono::milliseconds(9999));
  CHECK(check.of("Bearer t0ken") == "token test");
  check.clock.advance(std::chrono::milliseconds(1));
  CHECK(check.of("Bearer t0ken") == kWrong);
}

TEST_CASE("a token bound to one address speaks as it, and one with a pattern as the domain") {
  Check check;
  check.settings.tokens = {token()};
  check.settings.tokens[0].from = {"bot@rest.localhost"};
  check.of("Bearer t0ken");
  CHECK((*check.callback->outcome)->address == "bot@rest.localhost");
  check.settings.tokens[0].from = {"bot-*@rest.localhost"};
  check.of("Bearer t0ken");
  CHECK((*check.callback->outcome)->address == "rest.localhost");
}

TEST_CASE("anybody is somebody new each time, where that is allowed") {
  Check check;
  check.settings.anonymous = true;
  REQUIRE(check.of(std::nullopt) == "anonymous");
  const Caller first = **check.callback->outcome;
  REQUIRE(check.of(std::nullopt) == "anonymous");
  const Caller second = **check.callback->outcome;
  CHECK(first.address != second.address);
  CHECK(first.address.size() == 24 + std::string("@rest.localhost").size());
  CHECK(xmpp::Jid::parse(first.address)->full() == first.address);
  CHECK_FALSE(first.whole_domain);
  CHECK_FALSE(first.account);
  CHECK(first.rights == rest::kSend);
  CHECK(check.of(basic("rest.localhost", "wrong")) == kWrong);
  CHECK(check.of("Digest x") == kNone);
}
