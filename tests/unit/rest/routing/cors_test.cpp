// SPDX-License-Identifier: MIT
#include "rest/routing/cors.h"

#include "support/catch.h"
#include "unit/rest/rest_world.h"

using namespace restanza;
using namespace restanza::rest;

namespace {

std::string header(const std::vector<http::Header>& headers, const std::string& name) {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

http::Request from(const std::string& origin) {
  http::Request request;
  request.headers = {{"Origin", origin}};
  return request;
}

// As the plugin's own rows make it.
Cors cors_for(std::vector<std::string> origins) {
  const RestWorld world;
  return Cors(std::move(origins), world.resources.router.routes());
}

}  // namespace

TEST_CASE("any page may ask where every origin is allowed, and sees what is told in headers") {
  const auto headers = cors_for({"*"}).headers(from("https://app.example"));
  CHECK(header(*headers, "Access-Control-Allow-Origin") == "*");
  CHECK(header(*headers, "Access-Control-Allow-Methods") == "DELETE, GET, OPTIONS, POST");
  CHECK(header(*headers, "Access-Control-Allow-Headers") ==
        "Authorization, Content-Type, Idempotency-Key, Restanza-Timeout, Prosody-Rest-Timeout, Last-Event-ID");
  CHECK(header(*headers, "Access-Control-Expose-Headers") ==
        "Stanza-Id, Unmapped-Keys, Unmapped-Elements, Idempotency-Replayed, Restanza-Cursor");
  CHECK(header(*headers, "Access-Control-Max-Age") == "7200");
}

TEST_CASE("with a list of origins only those are told that they may ask") {
  const Cors cors = cors_for({"https://app.example"});
  const auto known = cors.headers(from("https://app.example"));
  CHECK(header(*known, "Access-Control-Allow-Origin") == "https://app.example");
  CHECK(header(*known, "Vary") == "Origin");
  const auto foreign = cors.headers(from("https://evil.example"));
  CHECK(header(*foreign, "Access-Control-Allow-Origin").empty());
  CHECK(header(*foreign, "Vary") == "Origin");
  CHECK_FALSE(cors_for({}).headers(from("https://app.example")));
}

TEST_CASE("the headers stand on errors too, or a script could not see why it was refused") {
  RestWorld world;
  http::Request request = post("<message/>", "");
  request.headers.emplace_back("Origin", "https://app.example");
  const auto answer = world.ask(request);
  CHECK(answer->status() == 401);
  CHECK(answer->header("Access-Control-Allow-Origin") == "*");
}

TEST_CASE("a request without an origin gets none of the headers, and a cache is told that a page would") {
  const Cors any = cors_for({"*"});
  http::Request request;
  for (const char* method : {"POST", "GET", "DELETE"}) {
    request.method = method;
    CHECK(*any.headers(request) == std::vector<http::Header>{{"Vary", "Origin"}});
    CHECK(*cors_for({"https://app.example"}).headers(request) ==
          std::vector<http::Header>{{"Vary", "Origin"}});
    CHECK_FALSE(cors_for({}).headers(request));
  }
  RestWorld world;
  const auto answer = world.ask(post("<message to='bob@localhost'/>"));
  CHECK(answer->status() == 202);
  CHECK_FALSE(answer->header("Access-Control-Allow-Origin"));
}

TEST_CASE("what needs the right admin is never for every page, only for those of origins that are named") {
  const Cors any = cors_for({"*", "https://app.example"});
  const auto foreign = any.headers(from("https://evil.example"), Right::admin);
  CHECK(*foreign == std::vector<http::Header>{{"Vary", "Origin"}});
  const auto named = any.headers(from("https://app.example"), Right::admin);
  CHECK(header(*named, "Access-Control-Allow-Origin") == "https://app.example");
  CHECK(header(*named, "Vary") == "Origin");
  CHECK(header(*any.headers(from("*"), Right::admin), "Access-Control-Allow-Origin").empty());
  http::Request options;
  options.method = "OPTIONS";
  const auto told = any.headers(options, Right::admin);
  CHECK(header(*told, "Access-Control-Allow-Origin").empty());
  CHECK(header(*told, "Access-Control-Allow-Methods") == "DELETE, GET, OPTIONS, POST");
}

TEST_CASE("OPTIONS gets the headers with and without an origin") {
  http::Request request;
  request.method = "OPTIONS";
  CHECK(header(*cors_for({"*"}).headers(request), "Access-Control-Allow-Origin") == "*");
  CHECK(header(*cors_for({"*"}).headers(request), "Vary") == "Origin");
}

TEST_CASE("a page may ask with the methods and headers that rows have, and read those of their answers") {
  const RouteTable routes({{"PUT",
                            "/things/{id}",
                            Right::any,
                            "thing",
                            {},
                            {"Keeps a thing.",
                             {{"id", Parameter::In::path, true, "Which."},
                              {"If-Match", Parameter::In::header, false, "The thing as it was."},
                              {"dry", Parameter::In::query, false, "Whether to try it only."}},
                             {},
                             {{200, "It is kept."}},
                             {{"ETag", "The thing as it is."}}}},
                           {"GET", "/things/{id}", Right::any, "thing", {}}});
  const auto headers = Cors({"https://app.example"}, routes).headers(from("https://app.example"));
  CHECK(header(*headers, "Access-Control-Allow-Methods") == "GET, OPTIONS, PUT");
  CHECK(header(*headers, "Access-Control-Allow-Headers") == "Authorization, Content-Type, If-Match");
  CHECK(header(*headers, "Access-Control-Expose-Headers") == "ETag");
  const RouteTable plain({{"GET", "/things", Right::any, "thing", {}}});
  const auto few = *Cors({"*"}, plain).headers(from("https://app.example"));
  CHECK(std::none_of(few.begin(), few.end(),
                     [](const http::Header& each) { return each.first == "Access-Control-Expose-Headers"; }));
}
