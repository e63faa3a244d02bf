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

}  // namespace

TEST_CASE("any page may ask where every origin is allowed, and sees what is told in headers") {
  const auto headers = Cors({"*"}).headers(from("https://app.example"));
  CHECK(header(*headers, "Access-Control-Allow-Origin") == "*");
  CHECK(header(*headers, "Access-Control-Allow-Methods") == "DELETE, GET, OPTIONS, POST");
  CHECK(header(*headers, "Access-Control-Allow-Headers").find("Authorization") != std::string::npos);
  CHECK(header(*headers, "Access-Control-Expose-Headers") ==
        "Stanza-Id, Unmapped-Keys, Unmapped-Elements, Idempotency-Replayed");
  CHECK(header(*headers, "Access-Control-Max-Age") == "7200");
}

TEST_CASE("with a list of origins only those are told that they may ask") {
  const Cors cors({"https://app.example"});
  const auto known = cors.headers(from("https://app.example"));
  CHECK(header(*known, "Access-Control-Allow-Origin") == "https://app.example");
  CHECK(header(*known, "Vary") == "Origin");
  const auto foreign = cors.headers(from("https://evil.example"));
  CHECK(header(*foreign, "Access-Control-Allow-Origin").empty());
  CHECK(header(*foreign, "Vary") == "Origin");
  CHECK_FALSE(Cors({}).headers(from("https://app.example")));
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
  const Cors any({"*"});
  http::Request request;
  for (const char* method : {"POST", "GET", "DELETE"}) {
    request.method = method;
    CHECK(*any.headers(request) == std::vector<http::Header>{{"Vary", "Origin"}});
    CHECK(*Cors({"https://app.example"}).headers(request) == std::vector<http::Header>{{"Vary", "Origin"}});
    CHECK_FALSE(Cors({}).headers(request));
  }
  RestWorld world;
  const auto answer = world.ask(post("<message to='bob@localhost'/>"));
  CHECK(answer->status() == 202);
  CHECK_FALSE(answer->header("Access-Control-Allow-Origin"));
}

TEST_CASE("OPTIONS gets the headers with and without an origin") {
  http::Request request;
  request.method = "OPTIONS";
  CHECK(header(*Cors({"*"}).headers(request), "Access-Control-Allow-Origin") == "*");
  CHECK(header(*Cors({"*"}).headers(request), "Vary") == "Origin");
}
