// SPDX-License-Identifier: MIT
// What is counted of requests, as the metrics say it.
#include "rest/routing/traffic.h"

#include "support/catch.h"
#include "unit/rest/rest_world.h"

using namespace restanza;
using namespace restanza::rest;
using namespace std::chrono_literals;

namespace {

http::Request counted_request(const std::string& method, const std::string& path,
                              const std::string& authorization = as_component()) {
  http::Request made = post("", authorization, path);
  made.method = method;
  return made;
}

bool says(const RestWorld& world, const std::string& line) {
  const std::string text = world.metrics.text();
  INFO(text);
  return text.find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("requests are counted by resource, method and code") {
  RestWorld world;
  world.ask(post("<message to='bob@localhost'><body>Hi</body></message>"));
  world.ask(post("<message to='bob@localhost'><body>Hi</body></message>"));
  world.ask(counted_request("OPTIONS", "/echo"));
  world.ask(counted_request("GET", "/health", ""));
  CHECK(says(world, R"(restanza_http_requests_total{code="202",method="POST",resource="stanza"} 2)"));
  CHECK(says(world, R"(restanza_http_requests_total{code="200",method="OPTIONS",resource="echo"} 1)"));
  CHECK(says(world, R"(restanza_http_requests_total{code="200",method="GET",resource="health"} 1)"));
}

TEST_CASE("a method or path that nobody knows is counted without being named") {
  RestWorld world;
  world.ask(counted_request("BREW", "/wibble\"x"));
  CHECK(says(world, R"(restanza_http_requests_total{code="404",method="other",resource="other"} 1)"));
  const std::string text = world.metrics.text();
  CHECK(text.find("BREW") == std::string::npos);
  CHECK(text.find("wibble") == std::string::npos);
}

TEST_CASE("a request is counted when it is answered, with all the time that it waited") {
  RestWorld world;
  const auto answer = world.ask(post(kPing));
  CHECK(says(world, R"(restanza_http_request_duration_seconds_count{resource="stanza"} 0)"));
  world.pass(4s);
  world.arrive("<iq type='result' id='1' from='bob@localhost/r' to='rest.localhost'/>");
  CHECK(answer->status() == 200);
  CHECK(says(world, R"(restanza_http_request_duration_seconds_bucket{resource="stanza",le="1"} 0)"));
  CHECK(says(world, R"(restanza_http_request_duration_seconds_bucket{resource="stanza",le="5"} 1)"));
  CHECK(says(world, R"(restanza_http_request_duration_seconds_sum{resource="stanza"} 4)"));
}

TEST_CASE("a client that leaves is counted as gone, not as an answer") {
  RestWorld world;
  world.ask(post(kPing))->leave();
  CHECK(says(world, R"(restanza_http_requests_total{code="gone",method="POST",resource="stanza"} 1)"));
  CHECK(world.metrics.text().find(R"(code="500")") == std::string::npos);
}

TEST_CASE("refusals are counted by their condition") {
  RestWorld world;
  world.ask(post("<message/>", ""));
  world.ask(post("<wibble/>"));
  world.ask(counted_request("PUT", ""));
  CHECK(says(world, R"(restanza_refusals_total{condition="not-authorized"} 1)"));
  CHECK(says(world, R"(restanza_refusals_total{condition="unsupported-stanza-type"} 1)"));
  CHECK(says(world, R"(restanza_refusals_total{condition="not-allowed"} 1)"));
  CHECK(says(world, R"(restanza_refusals_total{condition="conflict"} 0)"));
}

TEST_CASE("a condition and a code that are none of ours are others") {
  FakeClock clock;
  Metrics metrics;
  const Traffic traffic(metrics, clock, {"stanza"}, {"GET"});
  const auto answer = std::make_shared<MemoryAnswer>();
  traffic
      .counted(http::Exchange(std::make_unique<MemoryResponder>(answer)), counted_request("GET", ""),
               "stanza")
      .respond({299, {}, {}, "wibble"});
  CHECK(answer->status() == 299);
  const std::string text = metrics.text();
  CHECK(text.find(R"({code="other",method="GET",resource="stanza"} 1)") != std::string::npos);
  CHECK(text.find(R"(restanza_refusals_total{condition="other"} 1)") != std::string::npos);
}

TEST_CASE("the metrics are for those with the right admin, or for everybody") {
  RestWorld world;
  CHECK(world.ask(counted_request("GET", "/metrics", ""))->status() == 401);
  CHECK(world.ask(counted_request("GET", "/metrics", basic("alice", "wonder:land")))->status() == 403);
  const auto answer = world.ask(counted_request("GET", "/metrics"));
  CHECK(answer->status() == 200);
  CHECK(answer->header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
  CHECK(answer->body().find("# TYPE restanza_http_requests_total counter\n") != std::string::npos);
  CHECK(world.ask(counted_request("HEAD", "/metrics"))->status() == 200);
  CHECK(world.ask(counted_request("POST", "/metrics"))->header("Allow") == "GET, HEAD, OPTIONS");

  const RestWorld open(credential_settings(), 2, {{}, {}, true});
  CHECK(open.ask(counted_request("GET", "/metrics", ""))->status() == 200);
  CHECK(open.ask(counted_request("POST", "/metrics", ""))->status() == 405);
}
