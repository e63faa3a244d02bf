// SPDX-License-Identifier: MIT
#include "rest/routing/path_pattern.h"

#include "rest/routing/target.h"
#include "support/catch.h"

using restanza::rest::goes_before;
using restanza::rest::match;
using restanza::rest::misfit;
using restanza::rest::Target;

namespace {

// The values with " | " between them, or "other".
std::string values(const char* pattern, const char* method, const char* path) {
  const auto found = match(pattern, method, path);
  if (!found) return "other";
  std::string all;
  for (const std::string& value : *found) all += (all.empty() ? "" : " | ") + value;
  return all;
}

std::string stanza(const char* path) {
  return values(Target::kStanzaPath, "POST", path);
}

std::string query(const char* path, const char* method = "GET") {
  return values(Target::kQueryPath, method, path);
}

}  // namespace

TEST_CASE("the empty pattern is the prefix with and without a slash") {
  for (const char* path : {"", "/"}) CHECK(match("", "POST", path));
  for (const char* path : {"//", "/echo"}) CHECK_FALSE(match("", "POST", path));
}

TEST_CASE("what has no braces is compared as it was sent") {
  CHECK(match("/echo", "POST", "/echo"));
  for (const char* path : {"", "/", "/echo/", "/echo/x", "/ECHO", "/%65cho", "/echoes", "/ech"})
    CHECK_FALSE(match("/echo", "POST", path));
}

TEST_CASE("a posted path names kind, type and address") {
  CHECK(stanza("/message/chat/bob@localhost") == "message | chat | bob@localhost");
  CHECK(stanza("/iq/version/localhost") == "iq | version | localhost");
  CHECK(stanza("/message/chat/") == "message | chat | ");
  CHECK(stanza("/foo/bar/baz") == "other");
  CHECK(stanza("/message/chat") == "other");
}

TEST_CASE("an address keeps its slashes, escaped or not") {
  CHECK(stanza("/message/chat/bob@localhost/phone") == "message | chat | bob@localhost/phone");
  CHECK(stanza("/message/chat/bob%40localhost%2Fa%2Fb") == "message | chat | bob@localhost/a/b");
  CHECK(query("/disco/room@muc.example/some%20one/else") == "disco | room@muc.example/some one/else");
}

TEST_CASE("a GET names a query and whom to ask") {
  CHECK(query("/ping/localhost") == "ping | localhost");
  CHECK(query("/ping/localhost", "HEAD") == "ping | localhost");
  CHECK(query("/message/chat/x") == "message | chat/x");
  CHECK(query("/wibble/x") == "wibble | x");
  CHECK(query("/ping") == "other");
}

TEST_CASE("to another method a query is one of those that are known, and none to POST") {
  for (const char* method : {"PUT", "DELETE", "OPTIONS", "post"}) {
    CAPTURE(method);
    CHECK(query("/ping/localhost", method) == "ping | localhost");
    CHECK(query("/wibble/localhost", method) == "other");
  }
  CHECK(query("/ping/localhost", "POST") == "other");
}

TEST_CASE("a name stands for one part that is not empty") {
  const auto id = [](const char* path) { return values("/deliveries/{id}/replay", "POST", path); };
  CHECK(id("/deliveries/msg_1/replay") == "msg_1");
  CHECK(id("/deliveries/a%2Fb/replay") == "a/b");
  CHECK(id("/deliveries/a%20b/replay") == "a b");
  for (const char* path : {"/deliveries//replay", "/deliveries/a/b", "/deliveries/a", "/deliveries/a/replay/",
                           "/deliveries/a/replay/b", "/deliveries/%zz/replay"}) {
    CAPTURE(path);
    CHECK(id(path) == "other");
  }
}

TEST_CASE("broken escapes and what is not UTF-8 name nothing") {
  CHECK(stanza("/message/chat/%zz") == "other");
  CHECK(stanza("/message/chat/%FF") == "other");
  CHECK(query("/ping/%C3") == "other");
  CHECK(query("/pi%20ng/x") == "other");
}

TEST_CASE("patterns are tried in the order of what they say") {
  const char* const order[] = {"",
                               "/echo",
                               "/deliveries/replay",
                               "/deliveries/{id}",
                               "/deliveries/{id}/replay",
                               "/{query}/{to}",
                               "/{kind}/{type}/{to}"};
  for (size_t i = 0; i < std::size(order); ++i) {
    for (size_t j = 0; j < std::size(order); ++j) {
      CAPTURE(order[i], order[j]);
      CHECK(goes_before(order[i], order[j]) == (i < j));
    }
  }
  CHECK_FALSE(goes_before("/echo", "/health"));
  CHECK_FALSE(goes_before("/health", "/echo"));
}

TEST_CASE("the first place in which something stands that may not is named, as far as the path goes") {
  const auto in_stanza = [](const char* path) { return misfit(Target::kStanzaPath, "POST", path); };
  CHECK(in_stanza("/message/chat/bob@localhost").empty());
  CHECK(in_stanza("/message").empty());
  CHECK(in_stanza("/message/chat/a-b/%zz").empty());
  CHECK(in_stanza("/letter/a-b/x") == "{kind}");
  CHECK(in_stanza("/message/a-b") == "{type}");
  CHECK(in_stanza("/message/%zz/x") == "{type}");
  CHECK(misfit("/things/{id}/x", "POST", "/other/1").empty());
  CHECK(misfit("/things/{id}/x", "POST", "/things//x") == "{id}");
}
