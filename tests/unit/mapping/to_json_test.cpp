// SPDX-License-Identifier: MIT
// Stanzas into JSON: what has no mapping is named and can be kept, and what mod_rest's bots rely on.
#include "unit/mapping/support.h"

using namespace restanza;
using namespace restanza::mapping;
using nlohmann::json;

namespace {

const Options kKeepRaw{false, true};
using Names = std::vector<std::string>;

void check_to(const std::string& stanza, const char* expected) {
  CHECK(json_of(stanza) == json::parse(expected));
}

}  // namespace

TEST_CASE("elements without mapping are left out and named") {
  const Encoded made =
      encoded("<message><body>x</body><foo xmlns='urn:foo'><bar/></foo><foo xmlns='urn:foo'/></message>");
  CHECK(json::parse(made.body) == json::parse(R"({"kind":"message","body":"x"})"));
  CHECK(made.unmapped == Names{"{urn:foo}foo"});
}

TEST_CASE("parts of elements without mapping are named too") {
  CHECK(encoded("<message><body xml:lang='de'>x</body><body>y</body></message>").unmapped ==
        Names{"{jabber:client}body@xml:lang", "{jabber:client}body"});
  CHECK(
      encoded("<message><delay xmlns='urn:xmpp:delay' stamp='t' from='a@b'>why</delay></message>").unmapped ==
      Names{"{urn:xmpp:delay}delay@from", "{urn:xmpp:delay}delay#text"});
  CHECK(
      encoded(
          "<iq type='result'><query xmlns='jabber:iq:version'><name>n</name><x xmlns='urn:x'/></query></iq>")
          .unmapped == Names{"{urn:x}x"});
  CHECK(encoded("<presence><priority>high</priority></presence>").unmapped ==
        Names{"{jabber:client}priority#text"});
  CHECK(encoded("<message>\n <body>x</body>\n</message>").unmapped.empty());
}

TEST_CASE("with raw XML, what has no mapping is kept") {
  const Encoded made =
      encoded("<message><body>x</body><foo xmlns='urn:foo'>t</foo><bar/></message>", kKeepRaw);
  CHECK(json::parse(made.body) ==
        json::parse(R"({"kind":"message","body":"x","xml":"<foo xmlns='urn:foo'>t</foo><bar/>"})"));
  CHECK(made.unmapped == Names{"{urn:foo}foo", "{jabber:client}bar"});
  CHECK(json_of("<message><body>x</body></message>", kKeepRaw) ==
        json::parse(R"({"kind":"message","body":"x"})"));
}

TEST_CASE("a request for a receipt shows with raw XML only, as recorded") {
  const std::string stanza = "<message id='1'><body>x</body><request xmlns='urn:xmpp:receipts'/></message>";
  check_to(stanza, R"({"kind":"message","id":"1","body":"x"})");
  CHECK(encoded(stanza).unmapped == Names{"{urn:xmpp:receipts}request"});
  CHECK(json_of(stanza, kKeepRaw) ==
        json::parse(R"({"kind":"message","id":"1","body":"x","receipt_request":true})"));
}

TEST_CASE("payloads are read in both forms") {
  const char* expected = R"({"kind":"message","payload":{"datatype":"urn:d","data":{"a":1}}})";
  check_to(
      "<message><payload xmlns='urn:xmpp:json-msg:0' datatype='urn:d'><json "
      "xmlns='urn:xmpp:json:0'>{\"a\":1}</json>"
      "</payload></message>",
      expected);
  check_to("<message><payload xmlns='urn:xmpp:json-msg:0' datatype='urn:d'>{\"a\":1}</payload></message>",
           expected);
  const Encoded broken = encoded(
      "<message><payload xmlns='urn:xmpp:json-msg:0'><json "
      "xmlns='urn:xmpp:json:0'>{</json></payload></message>");
  CHECK(broken.body == R"({"kind":"message"})");
  CHECK(broken.unmapped == Names{"{urn:xmpp:json-msg:0}payload"});
}

TEST_CASE("an error shows the error, and what regular fields it came with") {
  check_to(
      "<iq type='error'><query xmlns='jabber:iq:version'/><error type='cancel'>"
      "<gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>",
      R"({"kind":"iq","type":"error","version":{},"error":{"type":"cancel","condition":"gone"}})");
  check_to("<message type='error'/>", R"({"kind":"message","type":"error","error":{}})");
  check_to(
      "<message type='error'><error><no2 xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>",
      R"({"kind":"message","type":"error","error":{"condition":"undefined-condition"}})");
  check_to("<message type='error'><error code='404'/></message>",
           R"({"kind":"message","type":"error","error":{"condition":"undefined-condition"}})");
}

TEST_CASE("what holds nothing reads as recorded") {
  check_to("<iq type='get'><query xmlns='http://jabber.org/protocol/stats'/></iq>",
           R"({"kind":"iq","type":"get","stats":{}})");
  check_to("<message><thread/></message>", R"({"kind":"message","thread":{"id":""}})");
  check_to("<message><body/></message>", R"({"kind":"message","body":""})");
  check_to("<presence><x xmlns='http://jabber.org/protocol/muc'/></presence>",
           R"({"kind":"presence","type":"available","muc":{}})");
}

TEST_CASE("a fallback says that it is there, and beside it what it is for and where it stands") {
  const std::string one = "<fallback xmlns='urn:xmpp:fallback:0'/>";
  check_to("<message>" + one + "</message>", R"({"kind":"message","fallback":true})");
  check_to("<message>" + one + one + "</message>",
           R"({"kind":"message","fallback":true,"fallbacks":[{},{}]})");
  const std::string stanza =
      "<message><body>x</body>"
      "<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><subject/><body start='0' end='5'/>"
      "<body start='7'/></fallback>"
      "<fallback xmlns='urn:xmpp:fallback:0' for='urn:x' y='z'><body "
      "start='first'/><foo/></fallback></message>";
  check_to(stanza, R"({"kind":"message","body":"x","fallback":true,
            "fallbacks":[{"for":"urn:xmpp:reply:0","subject":[{}],"body":[{"start":0,"end":5},{"start":7}]},
                         {"for":"urn:x","body":[{}]}]})");
  CHECK(encoded(stanza).unmapped == Names{"{urn:xmpp:fallback:0}body@start",
                                          "{urn:xmpp:fallback:0}fallback@y", "{urn:xmpp:fallback:0}foo"});
}

TEST_CASE("origin ids and hints are read, and other hints named") {
  const std::string stanza =
      "<message><origin-id xmlns='urn:xmpp:sid:0' id='o1'/><no-permanent-store xmlns='urn:xmpp:hints'/>"
      "<no-store xmlns='urn:xmpp:hints'/><no-copy xmlns='urn:xmpp:hints'/><store xmlns='urn:xmpp:hints'/>"
      "<later xmlns='urn:xmpp:hints'/></message>";
  check_to(stanza, R"({"kind":"message","origin_id":"o1","hint_no_permanent_store":true,"hint_no_store":true,
            "hint_no_copy":true,"hint_store":true})");
  CHECK(encoded(stanza).unmapped == Names{"{urn:xmpp:hints}later"});
}

TEST_CASE("an upload slot shows the headers that a PUT must have, each as it is") {
  check_to(
      "<iq type='result'><slot xmlns='urn:xmpp:http:upload:0'><put url='https://u/a'>"
      "<header name='Authorization'>Basic x</header><header name='Cookie'>a=b</header>"
      "<header name='Cookie'> c=d </header></put><get url='https://d/a'/></slot></iq>",
      R"({"kind":"iq","type":"result","upload_slot":{"get":{"url":"https://d/a"},"put":{"url":"https://u/a",
          "headers":[{"name":"Authorization","value":"Basic x"},{"name":"Cookie","value":"a=b"},
                     {"name":"Cookie","value":" c=d "}]}}})");
}

TEST_CASE("archived messages are read inside") {
  check_to(
      "<message><result xmlns='urn:xmpp:mam:2' queryid='q' id='i'><forwarded xmlns='urn:xmpp:forward:0'>"
      "<delay xmlns='urn:xmpp:delay' stamp='t'/><message xmlns='jabber:client' to='a@b' "
      "type='chat'><body>x</body>"
      "</message></forwarded></result></message>",
      R"({"kind":"message","archive":{"queryid":"q","id":"i",
            "forward":{"delay":"t","message":{"to":"a@b","type":"chat","body":"x"}}}})");
}

TEST_CASE("several stanzas become one document") {
  check_to("<xmpp><message><body>1</body></message><iq type='result'/></xmpp>",
           R"({"xmpp":[{"kind":"message","body":"1"},{"kind":"iq","type":"result"}]})");
}

TEST_CASE("an element that is no stanza has no JSON") {
  const auto document = xml::parse("<foo/>");
  CHECK_FALSE(encode(Format::json, document->root(), {}));
  CHECK(encode(Format::xml, document->root(), {})->body == "<foo/>");
}

TEST_CASE("a form that leaves types out shows every value") {
  check_to(
      "<message><x xmlns='jabber:x:data' type='submit'><field "
      "var='a'><value>1</value><value>2</value></field></x>"
      "</message>",
      R"({"kind":"message","dataform":{"type":"submit","fields":[{"var":"a","value":"1","values":["1","2"]}]}})");
}
