// SPDX-License-Identifier: MIT
#include "rest/routing/router.h"

#include "support/catch.h"
#include "unit/rest/rest_world.h"

using namespace restanza;
using namespace restanza::rest;

namespace {

http::Request request(const std::string& method, const std::string& path,
                      const std::string& authorization = as_component()) {
  http::Request made = post(kMessage, authorization, path);
  made.method = method;
  return made;
}

}  // namespace

TEST_CASE("the stanza resource stands at the prefix with and without a slash") {
  RestWorld world;
  CHECK(world.ask(request("POST", ""))->status() == 202);
  CHECK(world.ask(request("POST", "/"))->status() == 202);
  CHECK(world.sink.sent().size() == 2);
}

TEST_CASE("a known path with another method is 405 and says which it knows") {
  RestWorld world;
  for (const char* method : {"GET", "HEAD", "PUT", "DELETE", "PATCH", "post"}) {
    for (const char* path : {"", "/", "/echo"}) {
      CAPTURE(method, path);
      const auto answer = world.ask(request(method, path));
      CHECK(answer->status() == 405);
      CHECK(answer->header("Allow") == "POST, OPTIONS");
      CHECK(condition(*answer) == "not-allowed");
    }
  }
  const auto answer = world.ask(request("POST", "/health"));
  CHECK(answer->status() == 405);
  CHECK(answer->header("Allow") == "GET, HEAD, OPTIONS");
  CHECK(world.ask(request("PUT", "/message/chat/bob@localhost"))->status() == 405);
  const auto query = world.ask(request("PUT", "/version/localhost"));
  CHECK(query->status() == 405);
  CHECK(query->header("Allow") == "GET, HEAD, OPTIONS");
  CHECK(world.sink.sent().empty());
}

TEST_CASE("OPTIONS says what a path knows, to anybody, and sends nothing") {
  RestWorld world;
  for (const char* path : {"", "/echo", "/message/chat/bob@localhost"}) {
    const auto answer = world.ask(request("OPTIONS", path, ""));
    CHECK(answer->status() == 200);
    CHECK(answer->header("Allow") == "POST, OPTIONS");
    CHECK(answer->header("Access-Control-Allow-Origin") == "*");
  }
  CHECK(world.ask(request("OPTIONS", "/health", ""))->header("Allow") == "GET, HEAD, OPTIONS");
  CHECK(world.ask(request("OPTIONS", "/version/localhost", ""))->header("Allow") == "GET, HEAD, OPTIONS");
  CHECK(world.sink.sent().empty());
}

TEST_CASE("an unknown path is 400 to GET and POST and 404 to others, once the caller is known") {
  RestWorld world;
  for (const char* path : {"/nonsense", "/echo/", "/echo/x", "//", "/ECHO", "/health/x", "/%65cho",
                           "/foo/bar/baz", "/message/chat", "/iq/%zz/x", "/message/ch%20at/x"}) {
    CAPTURE(path);
    const auto posted = world.ask(request("POST", path));
    CHECK(posted->status() == 400);
    CHECK(condition(*posted) == "not-well-formed");
    CHECK(condition(*world.ask(request("DELETE", path))) == "item-not-found");
    CHECK(world.ask(request("GET", path, ""))->status() == 401);
    CHECK(world.ask(request("POST", path, ""))->status() == 401);
  }
  CHECK(world.ask(request("GET", "/nonsense"))->status() == 400);
  CHECK(world.sink.sent().empty());
}

TEST_CASE("a query that nobody knows is an iq without a child") {
  RestWorld world;
  const auto answer = world.ask(request("GET", "/wibble/localhost"));
  CHECK(answer->status() == 422);
  CHECK(condition(*answer) == "bad-format");
}

TEST_CASE("health needs no credentials and follows the link") {
  RestWorld world;
  CHECK(world.ask(request("GET", "/health", ""))->status() == 200);
  CHECK(world.ask(request("HEAD", "/health", ""))->status() == 200);
  world.link_up = false;
  const auto answer = world.ask(request("GET", "/health", ""));
  CHECK(answer->status() == 503);
  CHECK(answer->header("Cache-Control") == "no-store");
}
