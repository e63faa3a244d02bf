// SPDX-License-Identifier: MIT
#include "rest/resources/endpoints.h"

#include <future>
#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "unit/rest/rest_world.h"
#include "unit/webhook/http_endpoint.h"

using namespace restanza;
using namespace restanza::rest;
using Json = nlohmann::json;

namespace {

// Nobody listens at port 9.
std::vector<webhook::Settings> webhooks() {
  webhook::Settings settings;
  settings.name = "a";
  settings.url = "http://127.0.0.1:9/stanzas?key=secret";
  settings.domain = "rest.localhost";
  return {settings};
}

http::Request request(const std::string& method, const std::string& path) {
  http::Request made = post("", as_component(), path);
  made.method = method;
  return made;
}

// Tells the test of the answer, which comes on a thread of the webhook's.
class ToldResponder final : public http::Responder {
 public:
  explicit ToldResponder(std::promise<http::Response>& told) : told_(told) {}
  void respond(http::Response response) override { told_.set_value(std::move(response)); }
  void fail() noexcept override { respond({500, {}, {}}); }
  http::Written begin(const http::Head& head) override {
    respond({head.status, head.headers, {}});
    return http::Written::gone;
  }
  http::Written write(std::string_view) override { return http::Written::gone; }
  void end() noexcept override {}
  void watch(http::Watch) override {}

 private:
  std::promise<http::Response>& told_;
};

}  // namespace

TEST_CASE("endpoints are listed with their origin, and not with the rest of their URL") {
  RestWorld world(credential_settings(), 2, {webhooks()});
  const auto answer = world.ask(request("GET", "/endpoints"));
  REQUIRE(answer->status() == 200);
  CHECK(answer->body().find("secret") == std::string::npos);
  const auto all = Json::parse(answer->body())["endpoints"];
  REQUIRE(all.size() == 1);
  CHECK(all[0]["name"] == "a");
  CHECK(all[0]["origin"] == "http://127.0.0.1:9");
  CHECK(all[0]["waiting"] == 0);
  CHECK(all[0]["at_work"] == 0);
  CHECK(all[0]["public_keys"] == Json::array());
}

TEST_CASE("an endpoint is paused and resumed, as often as somebody asks") {
  RestWorld world(credential_settings(), 2, {webhooks()});
  for (int i = 0; i < 2; ++i) {
    const auto paused = world.ask_and_settle(request("POST", "/endpoints/a/pause"));
    CHECK(paused->status() == 200);
    CHECK(Json::parse(paused->body())["state"] == "paused");
  }
  for (int i = 0; i < 2; ++i) {
    const auto resumed = world.ask_and_settle(request("POST", "/endpoints/a/resume"));
    CHECK(resumed->status() == 200);
    CHECK(Json::parse(resumed->body())["state"] != "paused");
  }
}

TEST_CASE("pausing and resuming are answered once the journal has written them, also where nothing changes") {
  RestWorld world(credential_settings(), 2, {webhooks()});
  for (const char* action : {"pause", "pause", "resume", "resume"}) {
    std::promise<void> passed;
    world.journal.flush([waits = passed.get_future().share()] { waits.wait(); });
    const auto answer = world.ask(request("POST", std::string("/endpoints/a/") + action));
    CHECK(answer->status() == 0);
    passed.set_value();
    world.settle();
    CHECK(answer->status() == 200);
  }
}

TEST_CASE("what cannot be written is no success, and the log says so") {
  RestWorld world(credential_settings(), 2, {webhooks()});
  world.journal.stop();
  const auto answer = world.ask(request("POST", "/endpoints/a/pause"));
  CHECK(answer->status() == 503);
  CHECK_THAT(world.log.of(Level::error),
             Contains("that endpoint 'a' was paused or resumed is not on the disk"));
}

TEST_CASE("an endpoint that is not there cannot be steered") {
  RestWorld world(credential_settings(), 2, {webhooks()});
  for (const char* action : {"pause", "resume", "test"}) {
    const auto answer = world.ask(request("POST", std::string("/endpoints/b/") + action));
    CHECK(answer->status() == 404);
    CHECK(condition(*answer) == "item-not-found");
  }
}

TEST_CASE("a test tells what came of it") {
  const auto outcome_of = [](const std::string& url) {
    auto settings = webhooks();
    settings[0].url = url;
    RestWorld world(credential_settings(), 2, {settings});
    std::promise<http::Response> told;
    world.resources.router.handle(http::Exchange(std::make_unique<ToldResponder>(told)),
                                  request("POST", "/endpoints/a/test"));
    auto answer = told.get_future();
    REQUIRE(answer.wait_for(webhook::kPatience) == std::future_status::ready);
    const auto response = answer.get();
    CHECK(response.status == 200);
    return Json::parse(response.body);
  };
  const webhook::HttpEndpoint endpoint(
      webhook::HttpEndpoint::each_request([](const std::string&) { return webhook::response(404); }));
  const auto answered = outcome_of(endpoint.url());
  CHECK(answered["name"] == "a");
  CHECK(answered["answered"] == true);
  CHECK(answered["status"] == 404);

  const auto unreachable = outcome_of(webhooks()[0].url);
  CHECK(unreachable["answered"] == false);
  CHECK(unreachable["status"].is_null());
  CHECK_FALSE(unreachable["detail"].get<std::string>().empty());
}
