// SPDX-License-Identifier: MIT
#include "rest/resources/idempotency_keys.h"

#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "unit/rest/rest_world.h"

using namespace restanza;
using namespace restanza::rest;
using Json = nlohmann::json;

namespace {

http::Request operators(const std::string& method, const std::string& query = "") {
  auto request = post("", as_component(), "/idempotency-keys");
  request.method = method;
  request.query = query;
  return request;
}

void send(RestWorld& world, const std::string& key, const std::string& authorization = as_component()) {
  auto request = post(kMessage, authorization);
  request.headers.emplace_back("Idempotency-Key", key);
  CHECK(world.ask_and_settle(request)->status() == 202);
}

Json told(RestWorld& world, const std::string& method, const std::string& query = "") {
  const auto answer = world.ask_and_settle(operators(method, query));
  INFO(answer->body());
  REQUIRE(answer->status() == 200);
  CHECK(answer->header("Content-Type") == "application/json");
  return Json::parse(answer->body());
}

// With the token "t0ken", which is named "test".
Credentials::Settings with_token() {
  auto settings = credential_settings();
  settings.tokens = {token()};
  return settings;
}

}  // namespace

TEST_CASE("idempotency keys are shown with what they take up and what they may, for each credential") {
  RestWorld world(with_token());
  CHECK(told(world, "GET") == Json::parse(R"({"keys": 0, "bytes": 0, "max_bytes": 268435456,
                                              "max_bytes_each": 67108864, "credentials": []})"));
  send(world, "k1");
  send(world, "k2");
  send(world, "k1", "Bearer t0ken");
  const Json shown = told(world, "GET");
  CHECK(shown["keys"] == 3);
  REQUIRE(shown["credentials"].size() == 2);
  const Json& component = shown["credentials"][0];
  const Json& test = shown["credentials"][1];
  CHECK(component["name"] == "component");
  CHECK(component["keys"] == 2);
  CHECK(test["name"] == "token test");
  CHECK(component["bytes"].get<int>() + test["bytes"].get<int>() == shown["bytes"].get<int>());
  CHECK(world.journal.keys() == 3);
  CHECK(world.journal.key_bytes() == shown["bytes"].get<uint64_t>());
}

TEST_CASE("idempotency keys are discarded, those of one credential or all, and then can be used again") {
  RestWorld world(with_token());
  send(world, "k1");
  send(world, "k1", "Bearer t0ken");
  send(world, "k2", "Bearer t0ken");
  CHECK(told(world, "DELETE", "credential=token%20test")["discarded"] == 2);
  CHECK(world.journal.keys() == 1);
  send(world, "k1", "Bearer t0ken");
  CHECK(world.sink.sent().size() == 4);
  CHECK(told(world, "DELETE", "credential=nobody")["discarded"] == 0);
  CHECK(told(world, "DELETE")["discarded"] == 2);
  CHECK(told(world, "DELETE")["discarded"] == 0);
}

TEST_CASE("a key that is in use is not discarded") {
  RestWorld world;
  auto request = post(kPing);
  request.headers.emplace_back("Idempotency-Key", "k1");
  const auto waiting = world.ask_and_settle(request);
  CHECK(told(world, "DELETE")["discarded"] == 0);
  CHECK(world.ask_and_settle(request)->status() == 409);
  CHECK(world.arrive("<iq type='result' id='1' from='bob@localhost/r' to='rest.localhost'/>"));
  world.settle();
  CHECK(waiting->status() == 200);
  CHECK(told(world, "DELETE")["discarded"] == 1);
}

TEST_CASE("as many keys as one transaction discards are discarded, and one more") {
  RestWorld world;
  for (size_t i = 0; i <= IdempotencyKeys::kAtOnce; ++i) {
    const std::string key = std::to_string(i);
    world.journal.claim_key(key, "f", "component", [](const Result<journal::Claim>&) {});
    world.journal.lose_key(key, [](const Result<void>&) {});
  }
  world.settle();
  CHECK(told(world, "DELETE")["discarded"] == IdempotencyKeys::kAtOnce + 1);
}

TEST_CASE("what is not understood in the query discards nothing, and is named") {
  RestWorld world;
  send(world, "k1");
  for (const std::string query : {"credentials=component", "credential=", "credential", "x=1"}) {
    CAPTURE(query);
    const auto refused = world.ask_and_settle(operators("DELETE", query));
    CHECK(refused->status() == 400);
    CHECK_THAT(refused->body(), Contains("'" + query.substr(0, query.find('=')) + "'"));
  }
  CHECK(world.journal.keys() == 1);
}

TEST_CASE("idempotency keys are for operators, and a journal that is closed is said") {
  RestWorld world(with_token());
  for (const std::string method : {"GET", "DELETE"}) {
    auto request = operators(method);
    request.headers.back().second = "Bearer t0ken";
    CHECK(world.ask_and_settle(request)->status() == 403);
  }
  world.journal.stop();
  for (const std::string method : {"GET", "DELETE"}) CHECK(world.ask(operators(method))->status() == 503);
}
