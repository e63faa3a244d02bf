// SPDX-License-Identifier: MIT
#include "rest/answers/http_error.h"

#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "xml/gate.h"

using namespace restanza;
using rest::error_response;
using rest::Refusal;

namespace {

const Refusal kRefusal{422, "modify", "bad-format", "<'a' & \"b\">", {{"Retry-After", "5"}}};

std::string header(const http::Response& response, const std::string& name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return {};
}

}  // namespace

TEST_CASE("an error is HTML where it is asked for by name, as browsers do, and its text is escaped") {
  for (const char* accept : {"text/html", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                             "application/json;q=0.5, Text/HTML;q=0.6"}) {
    CAPTURE(accept);
    const auto response = error_response(kRefusal, accept, "application/json");
    CHECK(response.status == 422);
    CHECK(header(response, "Content-Type") == "text/html; charset=utf-8");
    CHECK(header(response, "Retry-After") == "5");
    CHECK(header(response, "Vary") == "Accept");
    CHECK(response.body.find("<h1>422 bad-format</h1>") != std::string::npos);
    CHECK(response.body.find("<'a'") == std::string::npos);
    CHECK(response.body.find("&lt;") != std::string::npos);
  }
}

TEST_CASE("where any format will do an error is XML for a request in XML, and JSON for every other") {
  const auto type = [](const char* accept, const char* content_type) {
    CAPTURE(accept, content_type);
    return header(error_response(kRefusal, accept, content_type), "Content-Type");
  };
  for (const char* accept : {"", "*/*", "text/*", "image/png", "application/*", "application/cbor",
                             "*/*, text/html;q=0.1", "text/html;q=0, */*"}) {
    CHECK(type(accept, "application/xmpp+xml") == "application/xmpp+xml");
    CHECK(type(accept, "application/xmpp+xml; charset=utf-8") == "application/xmpp+xml");
    for (const char* other : {"application/json", "application/x-www-form-urlencoded", "text/plain",
                              "application/cbor", "text/html", "foo/bar", ""}) {
      CHECK(type(accept, other) == "application/json");
    }
  }
  CHECK(type("application/xmpp+xml", "application/json") == "application/xmpp+xml");
  CHECK(type("application/json", "application/xmpp+xml") == "application/json");
  CHECK(type("*/*;q=0.1, application/json", "application/xmpp+xml") == "application/json");
}

TEST_CASE("an error in XML is a stream error") {
  const auto response = error_response(kRefusal, "application/xmpp+xml");
  CHECK(response.status == 422);
  CHECK(header(response, "Content-Type") == "application/xmpp+xml");
  const auto document = xml::parse(response.body);
  REQUIRE(document);
  const xml::Element root = document->root();
  CHECK(root.is("error", "http://etherx.jabber.org/streams"));
  CHECK(root.child("bad-format", "urn:ietf:params:xml:ns:xmpp-streams"));
  CHECK(root.child("text", "urn:ietf:params:xml:ns:xmpp-streams").text() == "<'a' & \"b\">");
}

TEST_CASE("an error in JSON says what a stanza error says") {
  const auto response = error_response(kRefusal, "application/json");
  CHECK(response.status == 422);
  CHECK(header(response, "Content-Type") == "application/json");
  CHECK(nlohmann::json::parse(response.body) == nlohmann::json::parse(R"({
    "type": "error", "code": 422,
    "error": {"type": "modify", "condition": "bad-format", "source": "restanza", "text": "<'a' & \"b\">"}})"));
}

TEST_CASE("of a text that XML cannot hold only the bytes in question are percent-encoded") {
  const auto text = [](const char* given) {
    const Refusal refusal{422, "modify", "bad-format", given};
    return nlohmann::json::parse(error_response(refusal, "application/json").body)["error"]["text"];
  };
  CHECK(text("the localpart 'a\x07 b' \xC3\xA9") == "the localpart 'a%07 b' \xC3\xA9");
  CHECK(text("to 'a\xFF b'") == "to 'a%FF b'");
  CHECK(text("\xEF\xBF\xBF b") == "%EF%BF%BF%20b");
}

TEST_CASE("a text that is no UTF-8, or that XML cannot hold, breaks no format") {
  for (const char* text : {"to '\xFF'", "'\x01' is not understood"}) {
    const Refusal refusal{403, "auth", "forbidden", text};
    CHECK(nlohmann::json::accept(error_response(refusal, "application/json").body));
    CHECK(xml::parse(error_response(refusal, "application/xmpp+xml").body));
    CHECK(xml::representable(error_response(refusal, "text/html").body));
  }
}
