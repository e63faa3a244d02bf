// SPDX-License-Identifier: MIT
// /rest/deliveries with a webhook that is paused, so that everything stays where it is until the test moves
// it.
#include "rest/resources/deliveries.h"

#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "unit/rest/rest_world.h"
#include "unit/webhook/http_endpoint.h"

using namespace restanza;
using namespace restanza::rest;
using namespace std::chrono_literals;
using Json = nlohmann::json;

namespace {

webhook::Settings webhook_named(const std::string& name) {
  webhook::Settings settings;
  settings.name = name;
  settings.url = "http://127.0.0.1:9/stanzas";
  settings.domain = "rest.localhost";
  return settings;
}

class Queue : public RestWorld {
 public:
  explicit Queue(webhook::Settings webhook = webhook_named("a"))
      : RestWorld(credential_settings(), 2, {{std::move(webhook)}}) {
    dispatcher.pause("a");
  }

  void offer(const std::string& id) {
    xmpp::StanzaTree stanza(*xmpp::parse_stanza("<message from='alice@localhost/r' to='rest.localhost' id='" +
                                                id + "'><body>secret " + id + "</body></message>"));
    CHECK(fan_out.offer(stanza, [] {}, {}) == xmpp::Offered::taken);
    settle();
  }
  // A dead letter of its own, accepted now; returns its id.
  std::string bury(const std::string& endpoint = "a") {
    journal::Entry entry;
    entry.stanza = std::make_shared<const xmpp::Stanza>(*xmpp::parse_stanza(
        "<message from='alice@localhost/r' to='rest.localhost'><body>x</body></message>"));
    entry.to.push_back({endpoint, true});
    journal::Delivery dead;
    REQUIRE(journal.take(std::move(entry), [&](journal::Entry, Result<std::vector<journal::Delivery>> taken) {
      if (taken) dead = taken->front();
    }));
    settle();
    REQUIRE(dead.seq != 0);
    dead.attempts = 5;
    dead.changed += 1s;
    dead.last_error = "HTTP 500";
    journal.note_dead(dead);
    settle();
    return dead.id;
  }

  void advance_to(WallTime date) {
    clock.advance(std::chrono::duration_cast<std::chrono::milliseconds>(date - clock.wall()));
  }

  std::shared_ptr<MemoryAnswer> tell(const std::string& method, const std::string& path,
                                     const std::string& query = "", const std::string& body = "") {
    http::Request request = post(body, as_component(), path);
    request.method = method;
    request.query = query;
    if (!body.empty()) request.headers[0].second = "application/json";
    return ask_and_settle(std::move(request));
  }
  Json get(const std::string& path, const std::string& query = "") {
    const auto answer = tell("GET", path, query);
    INFO(answer->body());
    REQUIRE(answer->status() == 200);
    CHECK(answer->header("Content-Type") == "application/json");
    return Json::parse(answer->body());
  }
};

}  // namespace

TEST_CASE("without a webhook there are no deliveries") {
  RestWorld world;
  auto request = post("", as_component(), "/deliveries");
  request.method = "GET";
  CHECK(Json::parse(world.ask_and_settle(request)->body()) == Json::parse(R"({"endpoints": []})"));
  request.query = "state=dead";
  CHECK(Json::parse(world.ask_and_settle(request)->body()) ==
        Json::parse(R"({"deliveries": [], "next": null})"));
  CHECK(world.ask_and_settle(post("", as_component(), "/deliveries/replay"))->body() == R"({"replayed":0})");
}

TEST_CASE("each endpoint's queue is summed up, one that is configured no longer too") {
  Queue queue;
  queue.offer("1");
  queue.pass(90s);
  queue.offer("2");
  queue.bury();
  queue.bury("left");
  auto all = queue.get("/deliveries");
  REQUIRE(all["endpoints"].size() == 2);
  auto& a = all["endpoints"][0];
  CHECK(a["name"] == "a");
  CHECK(a["state"] == "paused");
  CHECK(a["reason"] == "paused by request");
  CHECK(a["waiting"] == 2);
  CHECK(a["dead"] == 1);
  CHECK(a["oldest_seconds"] == 90.0);
  CHECK(all["endpoints"][1] == Json::parse(R"({"name": "left", "state": "not configured", "reason": "",
    "last_error": "", "waiting": 0, "dead": 1, "oldest_seconds": null})"));
}

TEST_CASE("deliveries are listed page by page, in the order of acceptance and without their bodies") {
  Queue queue;
  for (const char* id : {"1", "2", "3"}) queue.offer(id);
  const auto first = queue.get("/deliveries", "limit=2");
  REQUIRE(first["deliveries"].size() == 2);
  CHECK(first.dump().find("secret") == std::string::npos);
  REQUIRE(first["next"].is_string());
  const auto rest = queue.get("/deliveries", "limit=2&beyond=" + first["next"].get<std::string>());
  REQUIRE(rest["deliveries"].size() == 1);
  CHECK(rest["next"].is_null());
  CHECK(queue.get("/deliveries", "limit=3")["next"].is_null());
  CHECK(queue.get("/deliveries", "state=dead")["deliveries"].empty());
  CHECK(queue.get("/deliveries", "endpoint=b")["deliveries"].empty());
  CHECK(queue.tell("GET", "/deliveries", "limit=1001")->status() == 400);
  CHECK(queue.tell("GET", "/deliveries", "limit=1000")->status() == 200);
}

TEST_CASE("a delivery is shown whole") {
  Queue queue;
  queue.advance_to(WallTime(1893456000s));
  const std::string id = queue.bury();
  CHECK(queue.get("/deliveries/" + id) ==
        Json::parse(R"({"id": ")" + id + R"(", "endpoint": "a", "state": "dead",
    "attempts": 5, "accepted": "2030-01-01T00:00:00.000Z", "changed": "2030-01-01T00:00:01.000Z",
    "last_error": "HTTP 500", "from": "alice@localhost/r", "to": "rest.localhost",
    "xml": "<message from='alice@localhost/r' to='rest.localhost'><body>x</body></message>"})"));
  const auto missing = queue.tell("GET", "/deliveries/msg_none");
  CHECK(missing->status() == 404);
  CHECK(condition(*missing) == "item-not-found");
}

TEST_CASE("a dead letter goes back into its queue under its old id, once") {
  Queue queue;
  const std::string path = "/deliveries/" + queue.bury();
  const auto answer = queue.tell("POST", path + "/replay");
  CHECK(answer->status() == 200);
  CHECK(answer->body() == R"({"replayed":1})");
  const auto now = queue.get(path);
  CHECK(now["state"] == "waiting");
  CHECK(now["attempts"] == 0);
  CHECK(queue.tell("POST", path + "/replay")->status() == 404);
  CHECK(queue.tell("POST", "/deliveries/msg_none/replay")->status() == 404);
}

TEST_CASE("dead letters are replayed by a filter in the query or in a JSON body") {
  Queue queue;
  const WallTime noon(1893456000s);
  for (int i = 0; i < 4; ++i) {
    queue.advance_to(noon + i * 1h);
    queue.bury();
  }
  queue.offer("1");
  CHECK(queue.tell("POST", "/deliveries/replay", "before=2030-01-01T01:00:00Z")->body() ==
        R"({"replayed":1})");
  CHECK(queue
            .tell("POST", "/deliveries/replay", "",
                  R"({"endpoint": "a", "state": "dead", "after": "2030-01-01T03:00:00Z"})")
            ->body() == R"({"replayed":1})");
  CHECK(queue.get("/deliveries", "state=dead")["deliveries"].size() == 2);
  const auto waiting = queue.tell("POST", "/deliveries/replay", "state=waiting");
  CHECK(waiting->status() == 422);
  CHECK(queue.tell("POST", "/deliveries/replay", "", R"({"limit": 1})")->status() == 400);
  CHECK(queue.tell("POST", "/deliveries/replay", "", "{")->status() == 400);
  CHECK(queue.tell("POST", "/deliveries/replay")->body() == R"({"replayed":2})");
}

TEST_CASE("deliveries are discarded one at a time, or by a filter that must say which") {
  Queue queue;
  queue.offer("1");
  queue.offer("2");
  queue.bury();
  const std::string id = queue.get("/deliveries", "limit=1")["deliveries"][0]["id"];
  const auto gone = queue.tell("DELETE", "/deliveries/" + id);
  CHECK(gone->status() == 204);
  CHECK(gone->body().empty());
  CHECK(queue.tell("DELETE", "/deliveries/" + id)->status() == 404);
  CHECK(queue.get("/deliveries")["endpoints"][0]["waiting"] == 1);

  for (const char* query : {"", "after=2020-01-01T00:00:00Z"}) {
    const auto refused = queue.tell("DELETE", "/deliveries", query);
    CHECK(refused->status() == 400);
    CHECK(refused->body().find("'state' or 'endpoint'") != std::string::npos);
  }
  CHECK(queue.tell("DELETE", "/deliveries", "state=dead")->body() == R"({"discarded":1})");
  CHECK(queue.tell("DELETE", "/deliveries", "endpoint=a")->body() == R"({"discarded":1})");
  CHECK(queue.get("/deliveries", "limit=1000")["deliveries"].empty());
}

TEST_CASE("what is being posted right now cannot be discarded") {
  webhook::Collected<std::string> posts;
  webhook::Door answer;
  const webhook::HttpEndpoint endpoint(
      webhook::HttpEndpoint::each_request([&posts, &answer](const std::string& request) {
        posts.add(request);
        answer.pass();
        return webhook::response(204);
      }));
  auto webhook = webhook_named("a");
  webhook.url = endpoint.url();
  Queue queue(webhook);
  queue.offer("1");
  const std::string id = queue.get("/deliveries", "limit=1")["deliveries"][0]["id"];
  queue.dispatcher.resume("a");
  REQUIRE(posts.wait(1).size() == 1);
  const auto refused = queue.tell("DELETE", "/deliveries/" + id);
  CHECK(refused->status() == 409);
  CHECK(condition(*refused) == "conflict");
  CHECK(queue.tell("DELETE", "/deliveries", "endpoint=a")->body() == R"({"discarded":0})");
  answer.open();
}

TEST_CASE("the queue is for those with the right admin only") {
  Queue queue;
  const struct {
    const char* method;
    const char* path;
  } kRequests[] = {
      {"GET", "/deliveries"},        {"GET", "/deliveries/x"},       {"DELETE", "/deliveries"},
      {"DELETE", "/deliveries/x"},   {"POST", "/deliveries/replay"}, {"POST", "/deliveries/x/replay"},
      {"GET", "/endpoints"},         {"POST", "/endpoints/a/pause"}, {"POST", "/endpoints/a/resume"},
      {"POST", "/endpoints/a/test"}, {"GET", "/deliveries/x/y"},     {"GET", "/endpoints/x"}};
  for (const auto& each : kRequests) {
    CAPTURE(each.method, each.path);
    auto request = post("", "", each.path);
    request.method = each.method;
    CHECK(queue.ask_and_settle(request)->status() == 401);
    request.headers.emplace_back("Authorization", basic("alice", "wonder:land"));
    const auto forbidden = queue.ask_and_settle(request);
    CHECK(forbidden->status() == 403);
    CHECK(condition(*forbidden) == "forbidden");
  }
}

TEST_CASE("a method that a path does not know is 405, and what is not there is 404") {
  Queue queue;
  const struct {
    const char* path;
    const char* allow;
  } kPaths[] = {
      {"/deliveries", "DELETE, GET, HEAD, OPTIONS"}, {"/deliveries/x", "DELETE, GET, HEAD, OPTIONS"},
      {"/deliveries/replay", "POST, OPTIONS"},       {"/deliveries/x/replay", "POST, OPTIONS"},
      {"/endpoints", "GET, HEAD, OPTIONS"},          {"/endpoints/a/pause", "POST, OPTIONS"}};
  for (const auto& each : kPaths) {
    CAPTURE(each.path);
    const auto answer = queue.tell("PUT", each.path);
    CHECK(answer->status() == 405);
    CHECK(answer->header("Allow") == each.allow);
    CHECK(queue.tell("OPTIONS", each.path)->header("Allow") == each.allow);
  }
  for (const char* path : {"/deliveries/", "/deliveries/x/y", "/endpoints/a", "/endpoints/a/wibble"}) {
    CAPTURE(path);
    CHECK(queue.tell("GET", path)->status() == 404);
    CHECK(queue.tell("POST", path)->status() == 404);
  }
}

TEST_CASE("a body that is too large to be read is refused") {
  Queue queue;
  auto request = post("", as_component(), "/deliveries/replay");
  request.body_too_large = true;
  CHECK(queue.ask(request)->status() == 413);
}

TEST_CASE("where the journal cannot be asked, that is said, and the log says why") {
  Queue queue;
  queue.journal.stop();
  for (const char* path : {"/deliveries", "/deliveries/x"}) {
    auto request = post("", as_component(), path);
    request.method = "GET";
    CHECK(queue.ask(request)->status() == 503);
  }
  CHECK_FALSE(queue.log.of(Level::error).empty());
}
