// SPDX-License-Identifier: MIT
// What people get wrong in their first requests, and what each of them is told: which value is wrong, and
// what to write in its place.
#include <nlohmann/json.hpp>
#include <set>

#include "rest/routing/path_mistake.h"
#include "support/catch.h"
#include "unit/rest/rest_world.h"

using namespace restanza;
using namespace restanza::rest;

namespace {

constexpr const char* kXml = "application/xmpp+xml";
constexpr const char* kJson = "application/json";
constexpr const char* kForm = "application/x-www-form-urlencoded";
constexpr const char* kText = "text/plain";
constexpr const char* kPath = "/message/chat/bob@localhost";

// A request as curl sends it; `type` null: without Content-Type.
http::Request asked(const char* type, const std::string& body, const std::string& path = "",
                    const std::string& method = "POST") {
  http::Request request = post(body, as_component(), path);
  request.method = method;
  request.headers = {{"Accept", "*/*"}, {"Authorization", as_component()}};
  if (type) request.headers.emplace_back("Content-Type", type);
  return request;
}

// "422 Invalid destination JID: ...", whose format is the one that was expected.
std::string told(const http::Request& request) {
  RestWorld world;
  const auto answer = world.ask(request);
  CHECK(world.sink.sent().empty());
  const std::string status = std::to_string(answer->status()) + " ";
  if (request.header("Content-Type") == kXml) {
    CHECK(answer->header("Content-Type") == kXml);
    const auto error = xml::parse(answer->body());
    REQUIRE(error);
    return status + error->root().child("text", "urn:ietf:params:xml:ns:xmpp-streams").text();
  }
  CHECK(answer->header("Content-Type") == kJson);
  return status + nlohmann::json::parse(answer->body())["error"]["text"].get<std::string>();
}

std::string path_told(const char* method, const char* path) {
  const RestWorld world;
  return path_mistake(world.resources.router.routes(), "/rest", method, path);
}

}  // namespace

TEST_CASE("curl -d with a text on a message's path sends the text") {
  RestWorld world;
  CHECK(world.ask(asked(kForm, "Backup failed", kPath))->status() == 202);
  CHECK(world.last_sent().find("type='chat'><body>Backup failed</body></message>") != std::string::npos);
  CHECK(world.ask(asked(kForm, "body=Backup+failed", kPath))->status() == 202);
  CHECK(world.last_sent().find("<body>Backup failed</body>") != std::string::npos);
}

TEST_CASE("keys of which none is mapped are refused by name, in JSON, a form and CBOR") {
  const std::string known = "'body' holds the text of a message";
  const std::string alert = R"({"status":"firing","title":"Disk full"})";
  for (const char* path : {kPath, "", "/echo"}) {
    CHECK(told(asked(kJson, alert, path)) ==
          "422 None of the keys that should say what is sent is known (status, title): " + known);
  }
  CHECK(told(asked(kJson, R"({"status":"firing"})", kPath)) ==
        "422 None of the keys that should say what is sent is known (status): " + known);
  CHECK(told(asked(kForm, "usage=95%25", kPath)) ==
        "422 None of the keys that should say what is sent is known (usage): " + known +
            "; text with a '=' in it goes as Content-Type: text/plain");
  CHECK(told(asked("application/cbor", "\xA1\x65title\x61x", kPath)) ==
        "422 None of the keys that should say what is sent is known (title): " + known);
  CHECK(told(asked(kJson, R"({"mood":"happy"})", "/presence/available/bob@localhost")) ==
        "422 None of the keys that should say what is sent is known (mood): 'status' holds the text of a "
        "presence");
  CHECK(told(asked(kJson, R"({"pong":true})", "/iq/get/localhost")) ==
        "422 None of the keys that should say what is sent is known (pong): "
        "'ping', 'version' and 'disco' are such keys of an iq");
  RestWorld world;
  CHECK(world.ask(asked(kJson, alert, kPath))->header("Unmapped-Keys") == "status, title");
  CHECK(world.ask(asked(kJson, R"({"status":"Lunch"})"))->status() == 422);  // a presence, without a `to`
  CHECK(world.ask(asked(kJson, R"({"status":"Lunch","to":"bob@localhost"})"))->status() == 202);
  CHECK(world.last_sent().find("<presence ") == 0);
}

TEST_CASE("broken JSON, broken XML, two roots and an unknown path are told apart") {
  const std::set<std::string> texts = {
      told(asked(kJson, "{\"body\": \"Hi\",\n}")), told(asked(kXml, "<message>\n <body>Hi</message>")),
      told(asked(kXml, "<message/><message/>")), told(asked(kJson, R"({"body":"Hi"})", "/nonsense"))};
  CHECK(texts ==
        std::set<std::string>{"400 Failed to parse payload: the JSON is not well-formed at line 2, column 1",
                              "400 Failed to parse payload: an end tag does not fit the start tag before it, "
                              "at line 2, column 12",
                              "400 Failed to parse payload: a second root element begins, and there may be "
                              "one, at line 1, column 11",
                              "400 Nothing is found at '/rest/nonsense': a stanza is posted to '/rest' or to "
                              "'/rest/{kind}/{type}/{to}', where the kind is message, presence or iq"});
}

TEST_CASE("a media type that is not taken is named, and all that are taken") {
  const std::string taken =
      "send application/xmpp+xml, application/json, application/x-www-form-urlencoded, text/plain or "
      "application/cbor";
  CHECK(told(asked("foo/bar", "x")) == "415 Unsupported media type 'foo/bar': " + taken);
  CHECK(told(asked(nullptr, "x")) == "415 Unsupported media type, there is no Content-Type: " + taken);
  CHECK(told(asked(kForm, "state=dead", "/deliveries/replay")) ==
        "415 Unsupported media type 'application/x-www-form-urlencoded': send application/json");
}

TEST_CASE("an address that is refused says which character is wrong, in JSON, XML and a path") {
  const std::string why =
      "the localpart 'a b' has a space, which is not allowed there; XEP-0106 writes it as '\\20'";
  CHECK(told(asked(kJson, R"({"to":"a b@localhost","body":"Hi"})")) == "422 Invalid destination JID: " + why);
  CHECK(told(asked(kXml, "<message to='a b@localhost'/>")) == "422 Invalid destination JID: " + why);
  CHECK(told(asked(kText, "Hi", "/message/chat/a%20b@localhost")) ==
        "422 Invalid destination JID: " + why + ", and a path has %5C for the '\\'");
  CHECK(told(asked(kJson, R"({"from":"a b@rest.localhost","to":"bob@localhost","body":"Hi"})")) ==
        "422 Invalid source JID: " + why);
  RestWorld world;
  CHECK(world.ask(asked(kText, "Hi", "/message/chat/a%5C20b@localhost"))->status() == 202);
  CHECK(world.last_sent().find("to='a\\20b@localhost'") != std::string::npos);
}

TEST_CASE("bodies that are no stanza say what one is") {
  const std::string parse = "400 Failed to parse payload: ";
  CHECK(told(asked(kJson, "")) == parse + "the body is empty");
  CHECK(told(asked(kXml, "")) == parse + "the XML is empty");
  CHECK(told(asked(kForm, "", kPath)) == parse + "the body is empty");
  CHECK(told(asked(kJson, "[]")) ==
        parse + "a stanza is a JSON object with keys such as 'to' and 'body', and this is of type array");
  CHECK(told(asked(kJson, "{}")) == parse + "the JSON object is empty: a message has a 'body', for instance");
  CHECK(told(asked(kJson, R"({"body":5})", kPath)) == "422 /body: must be a string");
  CHECK(told(asked(kText, "x", "/iq/get/localhost")) ==
        parse + "an iq cannot be made from text: send it as XML or JSON");
  CHECK(told(asked(kForm, "away", "/presence/available/bob@localhost")) ==
        parse + "the form has no field (name=value)");
}

TEST_CASE("a method that is not allowed is named, and those that are") {
  CHECK(told(asked(nullptr, "", "", "GET")) == "405 'GET' is not allowed here, but POST, OPTIONS");
}

TEST_CASE("a timeout that is none is named") {
  auto request = asked(kXml, "<iq type='get' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>");
  request.headers.emplace_back("Restanza-Timeout", "5s");
  CHECK(told(request) == "400 The timeout header must be a positive number of seconds, and is '5s'");
}

TEST_CASE("wrong credentials are told which there are") {
  auto request = asked(kText, "Hi", kPath);
  request.headers[1].second = basic("admin", "guessed");
  CHECK(told(request) ==
        "401 Credentials not accepted: taken are 'rest.localhost' with the component's secret, or an account "
        "with its password");
  request.headers[1].second = "Basic admin:guessed";
  CHECK(told(request) == "401 Credentials malformed: Basic has 'name:password' in base64");
  request.headers[1].second = "Digest guessed";
  CHECK(told(request) ==
        "401 No credentials provided: Authorization must have a scheme that WWW-Authenticate names, and more "
        "behind it");
}

TEST_CASE("a path where nothing is found says what stands nearby") {
  CHECK(path_told("POST", "/echo/") ==
        "Nothing is found at '/rest/echo/': write '/rest/echo', without a slash at the end");
  CHECK(path_told("POST", "/message") ==
        "Nothing is found at '/rest/message': the path of a stanza is '/rest/{kind}/{type}/{to}'");
  CHECK(path_told("POST", "/message/chat") ==
        "Nothing is found at '/rest/message/chat': the path of a stanza is '/rest/{kind}/{type}/{to}'");
  CHECK(
      path_told("POST", "/message/not-a-type/bob@x") ==
      "Nothing is found at '/rest/message/not-a-type/bob@x': the type in '/rest/{kind}/{type}/{to}' may have "
      "letters, digits and '_' only");
  CHECK(path_told("POST", "/version/localhost") ==
        "Nothing is found at '/rest/version/localhost': a query is asked with GET");
  CHECK(path_told("GET", "/version") ==
        "Nothing is found at '/rest/version': a query is asked at '/rest/{query}/{to}', such as "
        "'/rest/version/localhost'");
  CHECK(path_told("POST", "/message/chat/%zz") ==
        "The path '/rest/message/chat/%zz' must be UTF-8, and two hex digits must follow each '%'");
  CHECK(path_told("POST", "/endpoints/bot/stop") ==
        "Nothing is found at '/rest/endpoints/bot/stop': POST to '/rest/endpoints/{name}/pause', or to "
        "resume or test in "
        "its place");
  CHECK(path_told("GET", "/deliveries/1/2/3") ==
        "Nothing is found at '/rest/deliveries/1/2/3': a delivery is at '/rest/deliveries/{id}', and "
        "replayed at '.../{id}/replay'");
}

TEST_CASE("a row's remedy is told of paths that begin as its own, with the prefix before each path in it") {
  const RouteTable routes(
      {{"GET",
        "/things",
        Right::any,
        "thing",
        {},
        {"Shows things.", {}, {}, {}, {}, "see '/things/{id}' or '.../{id}', not /things"}},
       {"GET", "/things/{id}", Right::any, "thing", {}}});
  CHECK(path_mistake(routes, "/api", "POST", "/thingsx/1") ==
        "Nothing is found at '/api/thingsx/1': see '/api/things/{id}' or '.../{id}', not /things");
  CHECK(path_mistake(routes, "/api", "POST", "/thing") == "Nothing is found at '/api/thing'");
}

TEST_CASE("a path that begins as no row's gets the remedy of the row that it most likely was meant for") {
  const auto row = [](const char* method, const char* path, const char* resource, const char* remedy) {
    return Route{method, path, Right::any, resource, {}, {"Is there.", {}, {}, {}, {}, remedy}};
  };
  const RouteTable routes({row("POST", "", "thing", "things go to '', or to '/{kind}/x'"),
                           row("POST", "/{kind}/{type}/x", "thing", "they go to '/{kind}/{type}/x'"),
                           row("GET", "/{query}/{to}", "question", "ask '/{query}/you'")});
  const auto told = [&](const char* method, const char* path) {
    const std::string text = path_mistake(routes, "/api", method, path);
    return text.substr(text.find("': ") + 3);
  };
  CHECK(told("POST", "/nonsense") == "things go to '/api', or to '/api/{kind}/x'");
  CHECK(told("DELETE", "/nonsense") == "things go to '/api', or to '/api/{kind}/x'");
  CHECK(told("POST", "/message") == "they go to '/api/{kind}/{type}/x'");
  CHECK(told("POST", "/message/a-b") == "they go to '/api/{kind}/{type}/x'");
  CHECK(told("POST", "/message/a-b/x") ==
        "the type in '/api/{kind}/{type}/x' may have letters, digits and '_' only");
  CHECK(told("GET", "/version") == "ask '/api/{query}/you'");
  for (const char* method : {"GET", "HEAD"}) CHECK(told(method, "/a-b/c") == "ask '/api/{query}/you'");
  CHECK(told("POST", "/version/localhost") == "a question is asked with GET");
}

TEST_CASE("of a long path the beginning is shown") {
  const std::string longest = "/" + std::string(199, 'a');
  CHECK(path_told("POST", longest.c_str()).find("'/rest" + longest + "': ") != std::string::npos);
  CHECK(path_told("POST", (longest + "b").c_str()).find("'/rest" + longest + "...': ") != std::string::npos);
}
