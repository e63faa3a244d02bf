// SPDX-License-Identifier: MIT
// Formats, paths and queries through the resources; what each format holds is the mapping's own tests'
// matter.
#include "support/catch.h"
#include "unit/rest/rest_world.h"

using namespace restanza;
using namespace restanza::rest;

namespace {

http::Request with(const std::string& type, const std::string& body, const std::string& path = "",
                   const std::string& accept = "") {
  http::Request request = post(body, as_component(), path);
  request.headers = {{"Content-Type", type}, {"Authorization", as_component()}};
  if (!accept.empty()) request.headers.emplace_back("Accept", accept);
  return request;
}

http::Request get(const std::string& path, const std::string& query = "") {
  http::Request request = with("", "", path, "application/json");
  request.headers.erase(request.headers.begin());
  request.method = "GET";
  request.query = query;
  return request;
}

// The id that the latest archive query has left with.
std::string last_query_id(const RestWorld& world) {
  const auto iq = xml::parse(world.last_sent());
  return std::string(iq->root().first().attribute("queryid").value_or("none"));
}

}  // namespace

TEST_CASE("JSON, a form and text become the same message") {
  RestWorld world;
  const std::string expected = "<body>Hi</body></message>";
  CHECK(world.ask(with("application/json", R"({"to":"bob@localhost","body":"Hi"})"))->status() == 202);
  CHECK(world.last_sent().find(expected) != std::string::npos);
  CHECK(world.ask(with("application/x-www-form-urlencoded", "to=bob%40localhost&body=Hi"))->status() == 202);
  CHECK(world.last_sent().find(expected) != std::string::npos);
  CHECK(world.ask(with("text/plain; charset=utf-8", "Hi", "/message/chat/bob@localhost"))->status() == 202);
  CHECK(world.last_sent().find("type='chat'") != std::string::npos);
  CHECK(world.last_sent().find(expected) != std::string::npos);
}

TEST_CASE("the answer's format follows Accept, then the request's, then XML") {
  RestWorld world;
  const auto type = [&](const std::string& own, const std::string& body, const std::string& accept) {
    return world.ask(with(own, body, "/echo", accept))->header("Content-Type");
  };
  const std::string json = R"({"to":"bob@localhost","body":"Hi"})";
  const std::string xml = "<message to='bob@localhost'><body>Hi</body></message>";
  CHECK(type("application/json", json, "") == "application/json");
  CHECK(type("application/json", json, "*/*") == "application/json");
  CHECK(type("application/json", json, "application/xmpp+xml") == "application/xmpp+xml");
  CHECK(type("application/xmpp+xml", xml, "text/html, application/json;q=0.9, */*;q=0.1") ==
        "application/json");
  CHECK(type("application/xmpp+xml", xml, "image/png") == "application/xmpp+xml");
  CHECK(type("application/xmpp+xml", xml, "application/cbor") == "application/cbor");
  CHECK(type("application/xmpp+xml", xml, "text/plain") == "text/plain");
  CHECK(type("text/plain", "Hi", "") == "application/xmpp+xml");
}

TEST_CASE("keys without mapping are dropped and named; strictly they are refused") {
  RestWorld world;
  const auto answer =
      world.ask(with("application/json", R"({"to":"bob@localhost","body":"Hi","colour":"red"})"));
  CHECK(answer->status() == 202);
  CHECK(answer->header("Unmapped-Keys") == "colour");
  const auto wrong =
      world.ask(with("application/json", R"({"to":"bob@localhost","body":5})", "", "application/json"));
  CHECK(wrong->status() == 422);
  CHECK(wrong->body().find("/body") != std::string::npos);
}

TEST_CASE("a secret that stands in a key's place is not in the log") {
  RestWorld world;
  const auto answer = world.ask(
      with("application/json", R"({"to":"bob@localhost","body":"Hi","s3cret":"","a s3cret":1,"b":2})"));
  CHECK(answer->header("Unmapped-Keys").value_or("") == "a%20s3cret, b, s3cret");
  CHECK(world.log.of(Level::info).find("s3cret") == std::string::npos);
  CHECK(world.log.of(Level::info).find("(a secret in the key's place), b, (") != std::string::npos);
}

TEST_CASE("elements without mapping are named where the format lacks them") {
  RestWorld world;
  const auto answer = world.ask(with(
      "application/xmpp+xml", "<message to='bob@localhost'><body>Hi</body><x xmlns='urn:foo'/></message>",
      "/echo", "application/json"));
  CHECK(answer->header("Unmapped-Elements") == "{urn:foo}x");
}

TEST_CASE("GET asks, with its parameters as fields, and answers in JSON") {
  RestWorld world;
  const auto answer = world.ask(get("/disco/localhost", "node=x"));
  CHECK(world.last_sent().find("<query xmlns='http://jabber.org/protocol/disco#info' node='x'/>") !=
        std::string::npos);
  const auto sent = world.sink.sent().back();
  CHECK(world.arrive("<iq type='result' id='" + sent.id + "' from='localhost' to='rest.localhost'/>"));
  CHECK(answer->status() == 200);
  CHECK(answer->body().find("\"type\":\"result\"") != std::string::npos);
}

TEST_CASE("archive queries of two callers answer each with its own messages and result, in order") {
  RestWorld world;
  const auto asked = [&](const std::string& id, const std::string& query_id) {
    return world.ask(
        with("application/xmpp+xml", "<iq type='set' id='" + id +
                                         "' to='room@muc.example'><query xmlns='urn:xmpp:mam:2'" + query_id +
                                         "/></iq>"));
  };
  const auto page = [](const std::string& query_id, const std::string& id) {
    return "<message from='room@muc.example' to='rest.localhost'><result xmlns='urn:xmpp:mam:2'" + query_id +
           " id='" + id + "'/></message>";
  };
  const auto fin = [](const std::string& id) {
    return "<iq type='result' id='" + id +
           "' from='room@muc.example' to='rest.localhost'><fin xmlns='urn:xmpp:mam:2'/></iq>";
  };
  for (const std::string& query_id : {std::string(" queryid='q'"), std::string()}) {
    CAPTURE(query_id);
    const auto first = asked("1", query_id);
    const auto as_first = " queryid='" + last_query_id(world) + "'";
    const auto second = asked("2", query_id);
    const auto as_second = " queryid='" + last_query_id(world) + "'";
    CHECK(world.arrive(page(as_second, "c")));
    CHECK(world.arrive(page(as_first, "a")));
    CHECK(world.arrive(page(as_first, "b")));
    CHECK(world.arrive(fin("1")));
    CHECK(world.arrive(fin("2")));
    CHECK(first->body() == "<xmpp>" + page(query_id, "a") + page(query_id, "b") + fin("1") + "</xmpp>");
    CHECK(second->body() == "<xmpp>" + page(query_id, "c") + fin("2") + "</xmpp>");
    CHECK_FALSE(world.arrive(page(as_first, "late")));
    CHECK_FALSE(world.arrive(page(as_second, "late")));
  }
}

TEST_CASE("what an archive does not know is asked for as it was given, and answered by the archive's error") {
  RestWorld world;
  http::Request in_json = with("application/json", R"({"kind":"iq","to":"room@muc.example","id":"1",
                                                       "archive":{"after":"lost","max":2}})");
  http::Request in_page = with("application/json", R"({"kind":"iq","to":"room@muc.example","id":"2",
                                                       "archive":{"page":{"after":"lost"},"max":"2"}})");
  for (const auto& request : {get("/archive/room@muc.example", "after=lost&max=2"), in_json, in_page}) {
    const auto answer = world.ask(request);
    CHECK_THAT(world.last_sent(), Contains("<set xmlns='http://jabber.org/protocol/rsm'>"));
    CHECK_THAT(world.last_sent(), Contains("<after>lost</after>"));
    const auto sent = world.sink.sent().back();
    CHECK(world.arrive("<iq type='error' id='" + sent.id +
                       "' from='room@muc.example' to='rest.localhost'><error type='cancel'><item-not-found "
                       "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"));
    CHECK(answer->status() == 200);
    CHECK_THAT(answer->body(), Contains(R"("condition":"item-not-found")"));
    CHECK_THAT(answer->body(), Contains(R"("type":"error")"));
  }
}

TEST_CASE("an archive query whose client leaves takes nothing more") {
  RestWorld world;
  const auto answer =
      world.ask(with("application/xmpp+xml",
                     "<iq type='set' id='1' to='room@muc.example'><query xmlns='urn:xmpp:mam:2'/></iq>"));
  const auto message =
      "<message from='room@muc.example' to='rest.localhost'><result xmlns='urn:xmpp:mam:2' "
      "queryid='" +
      last_query_id(world) + "' id='a'/></message>";
  CHECK(world.arrive(message));
  answer->leave();
  CHECK_FALSE(world.arrive(message));
}
