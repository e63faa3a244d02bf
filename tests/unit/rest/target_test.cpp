// SPDX-License-Identifier: MIT
#include "rest/target.h"

#include <tuple>

#include "support/catch.h"

using restanza::rest::parse_target;
using Kind = restanza::rest::Target::Kind;

namespace {

// "kind type to" of a target with an address in its path.
std::string target(const char* method, const char* path) {
  const auto found = parse_target(method, path);
  if (found.kind == Kind::stanza) return found.stanza_kind + " " + found.type + " " + found.to;
  return found.kind == Kind::query ? found.type + " " + found.to : "none";
}

}  // namespace

TEST_CASE("a posted path names kind, type and address") {
  CHECK(target("POST", "/message/chat/bob@localhost") == "message chat bob@localhost");
  CHECK(target("POST", "/iq/version/localhost") == "iq version localhost");
  CHECK(target("POST", "/message/chat/") == "message chat ");
  CHECK(target("POST", "/foo/bar/baz") == "none");
  CHECK(target("POST", "/message/chat") == "none");
}

TEST_CASE("an address keeps its slashes, escaped or not") {
  CHECK(target("POST", "/message/chat/bob@localhost/phone") == "message chat bob@localhost/phone");
  CHECK(target("POST", "/message/chat/bob%40localhost%2Fa%2Fb") == "message chat bob@localhost/a/b");
  CHECK(target("GET", "/disco/room@muc.example/some%20one/else") == "disco room@muc.example/some one/else");
}

TEST_CASE("a GET names a query and whom to ask") {
  CHECK(target("GET", "/ping/localhost") == "ping localhost");
  CHECK(target("HEAD", "/ping/localhost") == "ping localhost");
  CHECK(target("GET", "/message/chat/x") == "message chat/x");
  CHECK(target("GET", "/ping") == "none");
}

TEST_CASE("below the collections stand their items, and what can be done with them") {
  const auto named = [](const char* method, const char* path) {
    const auto found = parse_target(method, path);
    return std::make_tuple(found.kind, found.item, found.action);
  };
  using Named = std::tuple<Kind, std::string, std::string>;
  for (const char* method : {"GET", "POST", "DELETE", "PUT"}) {
    CAPTURE(method);
    CHECK(named(method, "/metrics") == Named(Kind::metrics, "", ""));
    CHECK(named(method, "/deliveries") == Named(Kind::deliveries, "", ""));
    CHECK(named(method, "/deliveries/replay") == Named(Kind::replays, "", ""));
    CHECK(named(method, "/deliveries/msg_1") == Named(Kind::delivery, "msg_1", ""));
    CHECK(named(method, "/deliveries/a%2Fb") == Named(Kind::delivery, "a/b", ""));
    CHECK(named(method, "/deliveries/msg_1/replay") == Named(Kind::replay, "msg_1", ""));
    CHECK(named(method, "/endpoints") == Named(Kind::endpoints, "", ""));
    CHECK(named(method, "/endpoints/a%20b/pause") == Named(Kind::steering, "a b", "pause"));
    CHECK(named(method, "/endpoints/pause/test") == Named(Kind::steering, "pause", "test"));
    for (const char* path :
         {"/deliveries/", "/deliveries//", "/deliveries//replay", "/deliveries/a/b", "/deliveries/a/replay/b",
          "/deliveries/%zz", "/endpoints/", "/endpoints/a", "/endpoints/a/", "/endpoints//pause",
          "/endpoints/a/wibble", "/endpoints/a/pause/b"}) {
      CAPTURE(path);
      CHECK(parse_target(method, path).kind == Kind::missing);
    }
  }
  CHECK(parse_target("GET", "/deliveriesx").kind == Kind::none);
  CHECK(target("GET", "/endpointsx/y") == "endpointsx y");
}

TEST_CASE("broken escapes and what is not UTF-8 name nothing") {
  CHECK(target("POST", "/message/chat/%zz") == "none");
  CHECK(target("POST", "/message/chat/%FF") == "none");
  CHECK(target("GET", "/ping/%C3") == "none");
  CHECK(target("GET", "/pi%20ng/x") == "none");
}
