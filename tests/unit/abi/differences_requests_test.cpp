// SPDX-License-Identifier: MIT
// Where we differ from mod_rest on purpose, case by case: requests, credentials and the iqs that wait.
#include "unit/abi/asking.h"

using namespace restanza;

namespace {

// The SHA-256 of "t0ken".
const std::string kDigest = "b46c09677343261f0b439a472422225e3a230c9c094d6ab16762e2036b597053";

// Posts JSON; what was sent of it.
std::string sent_for(const std::string& json) {
  LoadedPlugin loaded;
  INFO(json);
  const auto response = ask(loaded, kJson, json);
  CHECK(response.status == 202);
  REQUIRE(loaded.host.sent().size() == 1);
  return stanza(loaded.host.sent()[0]);
}

// The attribute that an archive query has left with.
std::string query_id_in(const std::string& xml) {
  const size_t start = std::min(xml.find(" queryid="), xml.size());
  return xml.substr(start, std::min(xml.find_first_of("/>", start), xml.size()) - start);
}

}  // namespace

TEST_CASE("credentials given but wrong are 401 with a challenge, valid ones that lack the right are 403") {
  LoadedPlugin loaded(settings(R"(, "rest_tokens": [{"name": "reader", "sha256": ")" + kDigest +
                               R"(", "rights": ["receive"]}])"));
  loaded.host.account("alice", "wonder", "alice@localhost");
  const std::string message = "<message to='bob@localhost'><body>Hi</body></message>";
  for (const std::string& wrong :
       {basic("rest.localhost", "guessed"), basic("alice", "guessed"), basic("nobody", "wonder"),
        std::string("Bearer guessed"), std::string("Basic ???"), std::string("Digest x")}) {
    CAPTURE(wrong);
    const auto response = loaded.host.ask(loaded.post(message, "", wrong));
    CHECK(response.status == 401);
    CHECK(response.header("WWW-Authenticate").find("Basic realm=") == 0);
  }
  const auto response = loaded.host.ask(loaded.post(message, "", "Bearer t0ken"));
  CHECK(response.status == 403);
  CHECK(response.header("WWW-Authenticate").empty());
  CHECK(response.body.find("<forbidden") != std::string::npos);
  CHECK(loaded.host.sent().empty());
  CHECK(loaded.host.ask(loaded.post(message)).status == 202);
}

TEST_CASE("more than 256 iqs wait, up to rest_iq_pending_limit; one past it is 503 with Retry-After") {
  LoadedPlugin loaded(settings(R"(, "rest_iq_pending_limit": 300)"));
  std::vector<FakeHost::Call> calls;
  for (int i = 0; i < 300; ++i) calls.push_back(loaded.host.request(loaded.ping(std::to_string(i))));
  CHECK(loaded.host.open_exchanges() == 300);
  const auto refused = loaded.host.ask(loaded.ping("one more"));
  CHECK(refused.status == 503);
  CHECK_FALSE(refused.header("Retry-After").empty());
  CHECK(loaded.host.sent().size() == 300);
  size_t answered = 0;
  for (int i = 0; i < 300; ++i) {
    CHECK(loaded.host.offer(loaded.pong(std::to_string(i))) == XP_CONSUME);
    answered += loaded.host.now(calls[static_cast<size_t>(i)]).value_or(FakeHost::Response()).status == 200;
  }
  CHECK(answered == 300);
}

TEST_CASE("an `error` object in JSON for a message is mapped to a stanza error, as for iq") {
  CHECK(sent_for(R"({"kind":"message","to":"bob@localhost","id":"1","type":"error",
                     "error":{"type":"cancel","condition":"item-not-found","text":"Gone away"}})") ==
        stanza("<message from='rest.localhost' to='bob@localhost' id='1' type='error'><error type='cancel'>"
               "<item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
               "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>Gone away</text></error></message>"));
}

TEST_CASE("an invalid address in JSON is 422, as for XML") {
  for (const char* key : {"to", "from"}) {
    LoadedPlugin loaded;
    const std::string json = R"({"body":"Hi",")" + std::string(key) + R"(":"@@"})";
    const std::string xml = "<message " + std::string(key) + "='@@'><body>Hi</body></message>";
    const auto from_json = ask(loaded, kJson, json);
    const auto from_xml = ask(loaded, kXmppXml, xml);
    CHECK(from_json.status == 422);
    CHECK(from_json.body == from_xml.body);
    CHECK(loaded.host.sent().empty());
  }
}

TEST_CASE("a form field `ping=1` and other boolean fields accept `1`, `true` and the empty string") {
  LoadedPlugin loaded;
  for (const char* value : {"1", "true", ""}) {
    CAPTURE(value);
    CHECK(
        stanza(
            echo(loaded, kForm, "kind=iq&type=get&to=localhost&id=1&ping=" + std::string(value), kXmppXml)) ==
        stanza(
            "<iq from='rest.localhost' to='localhost' id='1' type='get'><ping xmlns='urn:xmpp:ping'/></iq>"));
    CHECK(stanza(echo(loaded, kForm, "to=bob%40localhost&id=1&body=x&markable=" + std::string(value),
                      kXmppXml)) ==
          stanza("<message from='rest.localhost' to='bob@localhost' id='1'><body>x</body>"
                 "<markable xmlns='urn:xmpp:chat-markers:0'/></message>"));
  }
}

TEST_CASE("text posted to `/presence/...` becomes `<status>`") {
  LoadedPlugin loaded;
  CHECK(ask(loaded, kText, "Back soon", "/presence/available/bob@localhost").status == 202);
  REQUIRE(loaded.host.sent().size() == 1);
  auto sent = *xml_tree(loaded.host.sent()[0]);
  sent.attributes.erase("id");
  CHECK(shown(sent) == stanza("<presence from='rest.localhost' to='bob@localhost'>"
                              "<status>Back soon</status></presence>"));
}

TEST_CASE("data form `options`, JSON to XML, are kept") {
  CHECK(
      sent_for(R"({"to":"bob@localhost","id":"1","dataform":{"type":"form","fields":[
                     {"type":"list-single","var":"colour","options":[{"label":"Red","value":"r"},
                                                                     {"value":"b"}]}]}})") ==
      stanza("<message from='rest.localhost' to='bob@localhost' id='1'><x xmlns='jabber:x:data' type='form'>"
             "<field type='list-single' var='colour'><option label='Red'><value>r</value></option>"
             "<option><value>b</value></option></field></x></message>"));
}

TEST_CASE("the archive shortcut gives only the fields given") {
  LoadedPlugin loaded;
  const auto call = loaded.host.request([&] {
    auto request =
        loaded.post(R"({"to":"room@muc.localhost","id":"1","archive":{"with":"a@localhost","max":5}})");
    request.headers[0].second = kJson;
    return request;
  }());
  REQUIRE(loaded.host.sent().size() == 1);
  const std::string sent = loaded.host.sent()[0];
  CHECK(stanza(sent) ==
        stanza("<iq from='rest.localhost' to='room@muc.localhost' id='1' type='set'><query "
               "xmlns='urn:xmpp:mam:2'" +
               query_id_in(sent) +
               "><x xmlns='jabber:x:data' type='submit'>"
               "<field var='FORM_TYPE'><value>urn:xmpp:mam:2</value></field>"
               "<field var='with'><value>a@localhost</value></field></x>"
               "<set xmlns='http://jabber.org/protocol/rsm'><max>5</max></set></query></iq>"));
  loaded.host.leave(call);
}

TEST_CASE("archive queries leave with ids of their own, so that two with the same id do not mix") {
  LoadedPlugin loaded;
  const std::string query =
      "<iq type='set' to='room@muc.localhost'><query xmlns='urn:xmpp:mam:2' queryid='q'/></iq>";
  const auto first = loaded.host.request(loaded.post(query));
  const auto second = loaded.host.request(loaded.post(query));
  REQUIRE(loaded.host.sent().size() == 2);
  const std::string ids[] = {query_id_in(loaded.host.sent()[0]), query_id_in(loaded.host.sent()[1])};
  CHECK(ids[0] != ids[1]);
  CHECK(ids[0] != " queryid='q'");
  CHECK(ids[1] != " queryid='q'");
  loaded.host.leave(first);
  loaded.host.leave(second);
}

TEST_CASE("a XEP-0432 payload has its JSON in `<json>`, and the bare form is still read") {
  const std::string json = R"({"to":"bob@localhost","id":"1","kind":"message","from":"rest.localhost",
                               "payload":{"datatype":"urn:example:d","data":{"a":[1]}}})";
  CHECK(sent_for(json) == stanza("<message from='rest.localhost' to='bob@localhost' id='1'>"
                                 "<payload xmlns='urn:xmpp:json-msg:0' datatype='urn:example:d'>"
                                 R"(<json xmlns='urn:xmpp:json:0'>{"a":[1]}</json></payload></message>)"));
  LoadedPlugin loaded;
  for (const char* inside : {R"(<json xmlns='urn:xmpp:json:0'>{"a":[1]}</json>)", R"({"a":[1]})"}) {
    const std::string xml =
        "<message to='bob@localhost' id='1'><payload xmlns='urn:xmpp:json-msg:0' "
        "datatype='urn:example:d'>" +
        std::string(inside) + "</payload></message>";
    CHECK(nlohmann::json::parse(echo(loaded, kXmppXml, xml, kJson)) == nlohmann::json::parse(json));
  }
}

TEST_CASE("keys of which none is mapped are 422 and named, and a `status` beside them makes no presence") {
  LoadedPlugin loaded;
  for (const char* path : {"", "/message/chat/bob@localhost", "/echo"}) {
    CAPTURE(path);
    const auto refused = ask(loaded, kJson, R"({"status":"firing","title":"Disk full"})", path);
    CHECK(refused.status == 422);
    CHECK(refused.header("Unmapped-Keys") == "status, title");
    CHECK(refused.body.find("(status, title)") != std::string::npos);
  }
  CHECK(ask(loaded, kForm, "title=Disk+full", "/message/chat/bob@localhost").status == 422);
  CHECK(loaded.host.sent().empty());
  CHECK(
      sent_for(R"({"status":"Lunch","to":"bob@localhost","id":"1"})") ==
      stanza("<presence from='rest.localhost' to='bob@localhost' id='1'><status>Lunch</status></presence>"));
}

TEST_CASE("a form without `=` on the path of a message is its text") {
  LoadedPlugin loaded;
  CHECK(ask(loaded, kForm, "Backup failed", "/message/chat/bob@localhost").status == 202);
  REQUIRE(loaded.host.sent().size() == 1);
  CHECK(loaded.host.sent()[0].find("<body>Backup failed</body>") != std::string::npos);
}

TEST_CASE("CORS headers are sent to requests that have an Origin, and to OPTIONS") {
  LoadedPlugin loaded;
  FakeHost::Request request = loaded.post("<message to='bob@localhost'><body>Hi</body></message>");
  CHECK(loaded.host.ask(request).header("Access-Control-Allow-Origin").empty());
  request.headers.emplace_back("Origin", "https://app.example");
  CHECK(loaded.host.ask(request).header("Access-Control-Allow-Origin") == "*");
  request.headers.pop_back();
  request.method = "OPTIONS";
  CHECK(loaded.host.ask(request).header("Access-Control-Allow-Origin") == "*");
}

TEST_CASE("a page of an origin that may not ask gets 403, and nothing is sent") {
  LoadedPlugin loaded(settings(R"(, "rest_cors_origins": ["https://app.example"])"));
  FakeHost::Request request = loaded.post("<message to='bob@localhost'><body>Hi</body></message>");
  request.headers.emplace_back("Origin", "https://evil.example");
  CHECK(loaded.host.ask(request).status == 403);
  CHECK(loaded.host.sent().empty());
}

TEST_CASE("where any origin is allowed, a form with Basic gets 403 unless its origin is named") {
  for (const auto& [origins, status] :
       {std::pair(R"("*")", 403), std::pair(R"("*", "https://a.example")", 202)}) {
    LoadedPlugin loaded(settings(std::string(R"(, "rest_cors_origins": [)") + origins + "]"));
    FakeHost::Request request = loaded.post("<message to='bob@localhost'><body>Hi</body></message>");
    request.path = "/rest/message/chat/bob@localhost";
    request.headers[0].second = kForm;
    request.body = "body=Hi";
    request.headers.emplace_back("Origin", "https://a.example");
    CHECK(loaded.host.ask(request).status == status);
    CHECK(loaded.host.sent().size() == (status == 202 ? 1 : 0));
  }
}

TEST_CASE(
    "JSON keys that have no mapping are dropped and named; `rest_json_strict` makes it 422 with a pointer") {
  const std::string json =
      R"({"to":"bob@localhost","id":"1","body":"Hi","colour":"red","oob":{"url":"u","size":1}})";
  LoadedPlugin loaded;
  const auto taken = ask(loaded, kJson, json);
  CHECK(taken.status == 202);
  CHECK(taken.header("Unmapped-Keys") == "oob/size, colour");
  REQUIRE(loaded.host.sent().size() == 1);
  CHECK(stanza(loaded.host.sent()[0]) ==
        stanza("<message from='rest.localhost' to='bob@localhost' id='1'><body>Hi</body>"
               "<x xmlns='jabber:x:oob'><url>u</url></x></message>"));
  size_t named = 0;
  for (const std::string& line : loaded.host.log())
    named += line.find("oob/size, colour") != std::string::npos;
  CHECK(named == 1);

  LoadedPlugin strict(settings(R"(, "rest_json_strict": true)"));
  const auto refused = ask(strict, kJson, R"({"to":"bob@localhost","oob":{"url":"u","size":1}})");
  CHECK(refused.status == 422);
  CHECK(refused.body.find("/oob/size") != std::string::npos);
  CHECK(strict.host.sent().empty());
}

TEST_CASE("elements that have no mapping are named; `rest_json_xml` keeps them under `xml`") {
  const std::string xml =
      "<message to='bob@localhost' id='1'><body>Hi</body><foo xmlns='urn:foo'><bar/></foo></message>";
  LoadedPlugin loaded;
  const auto named = ask(loaded, kXmppXml, xml, "/echo");
  CHECK(named.header("Unmapped-Elements") == "{urn:foo}foo");
  CHECK(nlohmann::json::parse(named.body).contains("body"));
  CHECK_FALSE(nlohmann::json::parse(named.body).contains("xml"));

  LoadedPlugin keeping(settings(R"(, "rest_json_xml": true)"));
  const auto kept = ask(keeping, kXmppXml, xml, "/echo");
  CHECK(nlohmann::json::parse(kept.body)["xml"] == "<foo xmlns='urn:foo'><bar/></foo>");
  CHECK(stanza(echo(keeping, kJson, kept.body, kXmppXml)) ==
        stanza("<message from='rest.localhost' to='bob@localhost' id='1'><body>Hi</body>"
               "<foo xmlns='urn:foo'><bar xmlns='urn:foo'/></foo></message>"));
}

TEST_CASE(
    "a JSON value of the wrong type and control characters are 422 naming the key; `null` counts as absent") {
  LoadedPlugin loaded;
  for (const auto& [json, key] : {std::pair(R"({"to":"bob@localhost","body":5})", "/body"),
                                  std::pair(R"({"to":"bob@localhost","oob":{"url":["u"]}})", "/oob/url"),
                                  std::pair(R"({"to":"bob@localhost","body":"a\u0001b"})", "/body"),
                                  std::pair(R"({"to":7,"body":"Hi"})", "/to")}) {
    CAPTURE(json);
    const auto refused = ask(loaded, kJson, json);
    CHECK(refused.status == 422);
    CHECK(nlohmann::json::parse(refused.body)["error"]["text"].get<std::string>().find(key) == 0);
  }
  CHECK(loaded.host.sent().empty());
  CHECK(sent_for(R"({"to":"bob@localhost","id":"1","body":"Hi","subject":null})") ==
        stanza("<message from='rest.localhost' to='bob@localhost' id='1'><body>Hi</body></message>"));
}
