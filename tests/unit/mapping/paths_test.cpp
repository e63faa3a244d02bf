// SPDX-License-Identifier: MIT
// What paths say: /rest/{kind}/{type}/{to} and GET /rest/{query}/{to}?a=b.
#include "unit/mapping/support.h"

using namespace restanza;
using namespace restanza::mapping;

namespace {

std::string result(const Result<Decoded, Failure>& decoded) {
  if (decoded) return xml::write(decoded->document.root());
  return (decoded.error().kind == Failure::unparseable ? "400 " : "422 ") + decoded.error().text;
}

std::string posted(const Hints& hints, const std::string& body, Format format = Format::json) {
  return result(decode(format, body, hints, {}));
}

void check_get(const char* name, const char* query, const std::string& stanza) {
  CAPTURE(name, query);
  CHECK(data(result(decode_query(name, "x", query))) == data(stanza));
}

}  // namespace

TEST_CASE("the path goes before the body") {
  CHECK(data(posted({"message", "chat", "b@x/r/s"},
                    R"({"kind":"presence","type":"x","to":"c@x","body":"t"})")) ==
        data("<message type='chat' to='b@x/r/s'><body>t</body></message>"));
  CHECK(data(posted({"presence", "available", "b@x"}, R"({"show":"away"})")) ==
        data("<presence to='b@x'><show>away</show></presence>"));
  CHECK(data(posted({"message", "chat", ""}, R"({"to":"c@x","body":"t"})")) ==
        data("<message type='chat' to='c@x'><body>t</body></message>"));
  CHECK(data(posted({"iq", "get", "x"}, R"({"ping":true})")) ==
        data("<iq type='get' to='x'><ping xmlns='urn:xmpp:ping'/></iq>"));
  CHECK(posted({"foo", "bar", "x"}, R"({"body":"x"})").substr(0, 4) == "400 ");
  CHECK(posted({"message", "chat", "x"}, "[]").substr(0, 4) == "400 ");
}

TEST_CASE("an iq's path may name the query whose content the body is") {
  CHECK(data(posted({"iq", "version", "x"}, "{}")) ==
        data("<iq type='get' to='x'><query xmlns='jabber:iq:version'/></iq>"));
  CHECK(data(posted({"iq", "ping", "x"}, "{}")) ==
        data("<iq type='get' to='x'><ping xmlns='urn:xmpp:ping'/></iq>"));
  CHECK(data(posted({"iq", "stats", "x"}, R"([{"name":"users"}])")) ==
        data("<iq type='get' to='x'><query xmlns='http://jabber.org/protocol/stats'><stat "
             "name='users'/></query></iq>"));
  CHECK(data(posted({"iq", "command", "x"}, "node=n&action=execute", Format::form)) ==
        data("<iq type='set' to='x'><command xmlns='http://jabber.org/protocol/commands' node='n' "
             "action='execute'/>"
             "</iq>"));
}

TEST_CASE("GET queries are filled from their parameters") {
  check_get("ping", "", "<iq type='get' to='x'><ping xmlns='urn:xmpp:ping'/></iq>");
  check_get("version", "", "<iq type='get' to='x'><query xmlns='jabber:iq:version'/></iq>");
  check_get("disco", "node=a%2Bb+c",
            "<iq type='get' to='x'><query xmlns='http://jabber.org/protocol/disco#info' node='a+b c'/></iq>");
  check_get("items", "",
            "<iq type='get' to='x'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>");
  check_get("extdisco", "type=stun",
            "<iq type='get' to='x'><services xmlns='urn:xmpp:extdisco:2' type='stun'/></iq>");
  check_get("lastactivity", "", "<iq type='get' to='x'><query xmlns='jabber:iq:last'/></iq>");
  check_get("lastactivity", "seconds=", "<iq type='get' to='x'><query xmlns='jabber:iq:last'/></iq>");
  check_get(
      "oob", "url=http://u/&desc=d",
      "<iq type='get' to='x'><query xmlns='jabber:iq:oob'><desc>d</desc><url>http://u/</url></query></iq>");
  check_get("stats", "name=users",
            "<iq type='get' to='x'><query xmlns='http://jabber.org/protocol/stats'><stat "
            "name='users'/></query></iq>");
  check_get("upload_request", "filename=f.png&size=12&content-type=image/png",
            "<iq type='get' to='x'><request xmlns='urn:xmpp:http:upload:0' filename='f.png' size='12' "
            "content-type='image/png'/></iq>");
  check_get("payload", "datatype=urn:d&data=x",
            "<iq type='get' to='x'><payload xmlns='urn:xmpp:json-msg:0' datatype='urn:d'>"
            "<json xmlns='urn:xmpp:json:0'>\"x\"</json></payload></iq>");
  check_get("archive", "with=a%40b&start=&max=5&before=",
            "<iq type='set' to='x'><query xmlns='urn:xmpp:mam:2'><x xmlns='jabber:x:data' type='submit'>"
            "<field var='FORM_TYPE'><value>urn:xmpp:mam:2</value></field><field "
            "var='with'><value>a@b</value></field>"
            "</x><set xmlns='http://jabber.org/protocol/rsm'><before/><max>5</max></set></query></iq>");
  CHECK(result(decode_query("upload_request", "x", "size=big")) ==
        "422 /upload_request/size: must be a whole number");
  CHECK(result(decode_query("version", "x", "text")).substr(0, 4) == "400 ");
}

TEST_CASE("a name that is no query gives an iq without a child") {
  for (const char* name : {"wibble", "to", "kind", "nick", "error", "get", "body"}) {
    CAPTURE(name);
    CHECK(data(result(decode_query(name, "x", ""))) == data("<iq type='get' to='x'/>"));
  }
}

TEST_CASE("every query that the table lists makes an iq with one child") {
  const auto names = get_queries();
  CHECK(names.size() > 15);
  for (const std::string_view name : names) {
    CAPTURE(std::string(name));
    const auto decoded = decode_query(name, "x", "");
    REQUIRE(decoded);
    const xml::Element child = decoded->document.root().first();
    REQUIRE(child);
    CHECK_FALSE(child.next());
  }
}
