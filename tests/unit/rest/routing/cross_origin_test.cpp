// SPDX-License-Identifier: MIT
// What pages of other people make a browser send, at the resources that are there: nothing is done.
#include "rest/routing/cross_origin.h"

#include "support/catch.h"
#include "unit/rest/rest_world.h"

using namespace restanza;
using namespace restanza::rest;

namespace {

constexpr const char* kStranger = "https://evil.example";
constexpr const char* kNamed = "https://app.example";
constexpr const char* kFormType = "application/x-www-form-urlencoded";

using Headers = std::vector<http::Header>;

Headers with(Headers headers, const http::Header& further) {
  headers.push_back(further);
  return headers;
}

// With the component's password, as a browser that knows it adds it.
http::Request by_page(const char* method, const std::string& path, Headers headers,
                      const std::string& body = {}, const std::string& authorization = as_component()) {
  http::Request request;
  request.method = method;
  request.path = path;
  request.headers = std::move(headers);
  request.headers.emplace_back("Authorization", authorization);
  request.headers.emplace_back("Host", "rest.example:5280");
  request.body = body;
  return request;
}

http::Request by_form(Headers headers, const std::string& type = kFormType,
                      const std::string& authorization = as_component()) {
  if (!type.empty()) headers.emplace_back("Content-Type", type);
  return by_page("POST", "/message/chat/bob@localhost", std::move(headers), "body=Hi", authorization);
}

http::Request by_script(Headers headers) {
  return by_page("POST", "", with(std::move(headers), {"Content-Type", "application/json"}),
                 R"({"to": "bob@localhost", "body": "Hi"})");
}

http::Request by_query(const char* method, Headers headers,
                       const std::string& authorization = as_component()) {
  return by_page(method, "/ping/bob@localhost", std::move(headers), {}, authorization);
}

Around naming(std::vector<std::string> origins) {
  Around around;
  around.webhooks.resize(1);
  around.webhooks[0].name = "default";
  around.webhooks[0].domain = "rest.localhost";
  around.webhooks[0].url = "http://127.0.0.1:9/";
  around.cors_origins = std::move(origins);
  return around;
}

RestWorld world_for(std::vector<std::string> origins) {
  auto settings = credential_settings();
  settings.tokens = {token()};
  settings.tokens[0].rights = kSend | kAdmin;
  return RestWorld(settings, 10, naming(std::move(origins)));
}

}  // namespace

TEST_CASE("a request with an origin that is not allowed is refused before it does anything") {
  for (const auto& origins : {std::vector<std::string>{kNamed}, std::vector<std::string>{}}) {
    auto world = world_for(origins);
    for (const char* origin : {kStranger, "null", "http://app.example", "https://app.example:444",
                               "https://app.example.evil.example", "HTTPS://APP.EXAMPLE", "*", ""}) {
      CAPTURE(origin, origins.size());
      const Headers page = {{"Origin", origin}};
      for (const auto& request :
           {by_form(page), by_script(page), by_form(with(page, {"Sec-Fetch-Site", "cross-site"})),
            by_query("GET", page), by_form(page, "application/xml"), by_form(page, kFormType, "Bearer t0ken"),
            by_page("POST", "/endpoints/default/pause", page), by_page("DELETE", "/deliveries", page),
            by_page("POST", "/deliveries/replay", page), by_page("GET", "/deliveries", page),
            by_page("GET", "/archive/bob@localhost", page), by_page("POST", "/echo", page),
            by_page("GET", "/health", page), by_page("GET", "/nothing/is/here/at/all", page),
            by_page("OPTIONS", "", page)}) {
        CAPTURE(request.method, request.path);
        const auto answer = world.ask(request);
        CHECK(answer->status() == 403);
        CHECK_FALSE(answer->header("Access-Control-Allow-Origin"));
        CHECK_THAT(answer->body(), Contains("'" + std::string(origin) + "'"));
        CHECK_THAT(answer->body(), Contains("'rest_cors_origins'"));
      }
    }
    CHECK(world.sink.sent().empty());
    const auto state = world.ask_and_settle(by_page("GET", "/endpoints", {}));
    CHECK(state->body().find("paused") == std::string::npos);
  }
}

TEST_CASE("pages of an origin that is named may do all that their credentials may, with forms too") {
  for (const auto& origins :
       {std::vector<std::string>{kNamed}, std::vector<std::string>{"*", kNamed, "https://b.example"}}) {
    auto world = world_for(origins);
    const Headers page = {{"Origin", kNamed}, {"Sec-Fetch-Site", "cross-site"}};
    CHECK(world.ask(by_form(page))->status() == 202);
    CHECK(world.ask(by_form(page, "text/plain"))->status() == 202);
    CHECK(world.ask(by_script(page))->status() == 202);
    CHECK(world.sink.sent().size() == 3);
    const auto paused = world.ask_and_settle(by_page("POST", "/endpoints/default/pause", page));
    CHECK(paused->status() == 200);
    CHECK(paused->header("Access-Control-Allow-Origin") == kNamed);
  }
}

TEST_CASE("pages of the interface's own origin are no strangers, whatever the list names") {
  auto world = world_for({});
  for (const auto& page :
       {Headers{{"Origin", "https://proxy.example"}, {"Sec-Fetch-Site", "same-origin"}},
        Headers{{"Origin", "null"}, {"Sec-Fetch-Site", "same-origin"}},  // its page sends no referrer
        Headers{{"Sec-Fetch-Site", "same-origin"}}, Headers{{"Sec-Fetch-Site", "none"}}, Headers{},
        Headers{{"Origin", "http://rest.example:5280"}}, Headers{{"Origin", "https://REST.example:5280"}}}) {
    const size_t before = world.sink.sent().size();
    CHECK(world.ask(by_form(page))->status() == 202);
    CHECK(world.sink.sent().size() == before + 1);
    CHECK(world.ask_and_settle(by_page("POST", "/endpoints/default/resume", page))->status() == 200);
  }
  // The browser's word counts more than the name in the request.
  const Headers other = {{"Origin", "http://rest.example:5280"}, {"Sec-Fetch-Site", "cross-site"}};
  CHECK(world.ask(by_form(other))->status() == 403);
  for (const char* origin : {"http://rest.example", "http://rest.example:80", "rest.example:5280"})
    CHECK(world.ask(by_form({{"Origin", origin}}))->status() == 403);
}

TEST_CASE("without an origin, what another page makes the browser send may look and not act") {
  for (const auto& origins : {std::vector<std::string>{"*"}, std::vector<std::string>{kNamed}}) {
    auto world = world_for(origins);
    for (const char* site : {"cross-site", "same-site", "what comes next"}) {
      CAPTURE(site);
      const Headers image = {{"Sec-Fetch-Site", site}, {"Sec-Fetch-Mode", "no-cors"}};
      for (const auto& request :
           {by_query("GET", image), by_query("HEAD", image), by_page("GET", "/archive/bob@localhost", image),
            by_page("GET", "/items/bob@localhost", image), by_form(image), by_script(image),
            by_page("POST", "/endpoints/default/pause", image),
            by_page("POST", "/endpoints/default/test", image), by_page("DELETE", "/deliveries", image)}) {
        CAPTURE(request.method, request.path);
        const auto answer = world.ask(request);
        CHECK(answer->status() == 403);
        if (request.method == "HEAD") continue;
        CHECK_THAT(answer->body(), Contains("'" + std::string(site) + "'"));
        CHECK_THAT(answer->body(), Contains("'rest_cors_origins'"));
      }
      CHECK(world.ask(by_page("GET", "/health", image))->status() == 200);
      CHECK(world.ask_and_settle(by_page("GET", "/deliveries", image))->status() == 200);
      CHECK(world.ask(by_page("GET", "/metrics", image))->status() == 200);
    }
    CHECK(world.sink.sent().empty());
  }
}

TEST_CASE("where every origin may ask, a form with a password that the browser may have added is refused") {
  auto world = world_for({"*"});
  for (const char* origin : {kStranger, "null"}) {
    const Headers page = {{"Origin", origin}, {"Sec-Fetch-Site", "cross-site"}};
    for (const char* type : {kFormType, "text/plain", "Text/Plain; charset=utf-8",
                             "multipart/form-data; boundary=x", "multipart/mixed", ""}) {
      CAPTURE(origin, type);
      for (const char* scheme : {"Basic", "basic"}) {
        const auto answer = world.ask(by_form(page, type, scheme + as_component().substr(5)));
        CHECK(answer->status() == 403);
        CHECK_THAT(answer->body(), Contains("'" + std::string(origin) + "'"));
        CHECK_THAT(answer->body(), Contains("'rest_cors_origins'"));
        CHECK(answer->header("Access-Control-Allow-Origin") == "*");  // so that its script can read why
      }
    }
    for (const char* method : {"GET", "HEAD"}) CHECK(world.ask(by_query(method, page))->status() == 403);
  }
  CHECK(world.sink.sent().empty());
}

TEST_CASE("where every origin may ask, scripts do so with what a browser never adds by itself") {
  auto world = world_for({"*"});
  const Headers page = {{"Origin", kStranger}, {"Sec-Fetch-Site", "cross-site"}};
  CHECK(world.ask(by_script(page))->status() == 202);                           // it needs a preflight
  CHECK(world.ask(by_form(page, kFormType, "Bearer t0ken"))->status() == 202);  // so does a token
  CHECK(world.ask(by_form(page, "text/plain", "Bearer t0ken"))->status() == 202);
  const auto asked = world.ask(by_query("GET", page, "Bearer t0ken"));
  CHECK_FALSE(asked->response);  // it waits for its answer
  CHECK(world.sink.sent().size() == 4);
  CHECK(world.ask(by_page("GET", "/health", page))->header("Access-Control-Allow-Origin") == "*");
  CHECK(world.ask(by_page("OPTIONS", "", page))->status() == 200);
  world.pass(std::chrono::minutes(10));
}

TEST_CASE("what needs the right admin is not for pages where only every origin is allowed") {
  auto world = world_for({"*"});
  const Headers page = {{"Origin", kStranger}};
  for (const char* authorization : {"Bearer t0ken", ""}) {
    for (const auto& [method, path] :
         std::vector<std::pair<const char*, const char*>>{{"POST", "/endpoints/default/pause"},
                                                          {"GET", "/deliveries"},
                                                          {"OPTIONS", "/deliveries"},
                                                          {"PUT", "/deliveries"},
                                                          {"GET", "/metrics"},
                                                          {"GET", "/deliveries/x/y/z"}}) {
      CAPTURE(method, path, authorization);
      const auto answer = world.ask(by_page(method, path, page, {}, authorization));
      CHECK(answer->status() == 403);
      CHECK_FALSE(answer->header("Access-Control-Allow-Origin"));
      CHECK_THAT(answer->body(), Contains("'*' does not hold"));
    }
  }
  const auto preflight = world.ask(by_page("OPTIONS", "/deliveries", {}));
  CHECK(preflight->status() == 200);
  CHECK_FALSE(preflight->header("Access-Control-Allow-Origin"));
}

TEST_CASE("a refusal names at most a hundred bytes of an origin, whatever they are") {
  auto world = world_for({kNamed});
  const std::string letters(100, 'a');
  CHECK_THAT(world.ask(by_form({{"Origin", letters}}))->body(), Contains("'" + letters + "'"));
  const auto longer = world.ask(by_form({{"Origin", letters + "b"}}));
  CHECK_THAT(longer->body(), Contains("'" + letters + "'"));
  CHECK(world.ask(by_form({{"Origin", "\xff\x01<"}}))->status() == 403);
}
