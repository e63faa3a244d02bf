// SPDX-License-Identifier: MIT
// JSON into stanzas: the kinds and types that fields imply, what is refused and how it is named, and the
// cases in which we differ from the recorded behaviour on purpose.
#include "unit/mapping/support.h"

using namespace restanza;
using namespace restanza::mapping;

namespace {

const Options kStrict{true, false};

void check_from(const std::string& json, const std::string& stanza) {
  CHECK(data(stanza_of(json)) == data(stanza));
}

std::vector<std::string> unmapped(const std::string& json) {
  const auto decoded = decode(Format::json, json, {}, {});
  REQUIRE(decoded);
  return decoded->unmapped;
}

}  // namespace

TEST_CASE("fields imply the kind of a stanza, and some the type of an iq") {
  check_from(R"({"to":"b@x","subject":"s"})", "<message to='b@x'><subject>s</subject></message>");
  check_from(R"({"to":"b@x","show":"away"})", "<presence to='b@x'><show>away</show></presence>");
  check_from(R"({"to":"b@x","version":{}})",
             "<iq to='b@x' type='get'><query xmlns='jabber:iq:version'/></iq>");
  check_from(R"({"to":"b@x","archive":{}})", "<iq to='b@x' type='set'><query xmlns='urn:xmpp:mam:2'/></iq>");
  check_from(R"({"kind":"iq","type":"get","command":"n"})",
             "<iq type='get'><command xmlns='http://jabber.org/protocol/commands' node='n'/></iq>");
  check_from(R"({"to":"b@x"})", "<message to='b@x'/>");
}

TEST_CASE("a type that only one kind has implies the kind") {
  check_from(R"({"type":"subscribe"})", "<presence type='subscribe'/>");
  check_from(R"({"type":"available","to":"b@x"})", "<presence to='b@x'/>");
  check_from(R"({"type":"headline","body":"x"})", "<message type='headline'><body>x</body></message>");
  check_from(R"({"type":"result"})", "<iq type='result'/>");
}

TEST_CASE("a message that carries an archived one gets no type from it") {
  check_from(
      R"({"kind":"message","archive":{"id":"1","forward":{"delay":"t","message":{"to":"a@b","body":"x"}}}})",
      "<message><result xmlns='urn:xmpp:mam:2' id='1'><forwarded xmlns='urn:xmpp:forward:0'>"
      "<delay xmlns='urn:xmpp:delay' stamp='t'/><message xmlns='jabber:client' "
      "to='a@b'><body>x</body></message>"
      "</forwarded></result></message>");
}

TEST_CASE("what is no stanza at all is not well-formed") {
  for (const char* json :
       {"", "{", "[]", "\"x\"", "{}", "null", R"({"kind":"foo"})", "{} {}", "{\"a\":1,}"}) {
    CAPTURE(json);
    CHECK(refusal_of(json).substr(0, 4) == "400 ");
  }
}

TEST_CASE("what is no stanza at all is told what a stanza is") {
  CHECK(refusal_of("") == "400 the body is empty");
  CHECK(refusal_of("[]") ==
        "400 a stanza is a JSON object with keys such as 'to' and 'body', and this is of type array");
  CHECK(refusal_of("5") ==
        "400 a stanza is a JSON object with keys such as 'to' and 'body', and this is of type number");
  CHECK(refusal_of("{}") == "400 the JSON object is empty: a message has a 'body', for instance");
  CHECK(refusal_of(R"({"kind":"Message"})") == "400 'kind' must be message, presence or iq");
}

TEST_CASE("nothing is mapped where only kind, type and addresses are known of the keys") {
  const auto nothing_mapped = [](const std::string& json, const Hints& hints = {}) {
    CAPTURE(json);
    const auto decoded = decode(Format::json, json, hints, {});
    REQUIRE(decoded);
    return decoded->nothing_mapped;
  };
  CHECK(nothing_mapped(R"({"title":"Disk full"})"));
  CHECK(nothing_mapped(
      R"({"kind":"message","type":"chat","to":"b@x","from":"a@x","id":"1","lang":"sv","title":1})"));
  CHECK(nothing_mapped(R"({"kind":"presence","colour":1})"));
  CHECK(nothing_mapped(R"({"status":"firing"})", {"message", "chat", "b@x"}));
  CHECK(nothing_mapped(R"({"body":null,"title":"Disk full"})"));
  CHECK_FALSE(nothing_mapped(R"({"kind":"message","type":"chat","to":"b@x"})"));
  CHECK_FALSE(nothing_mapped(R"({"body":"","title":"Disk full"})"));
  CHECK_FALSE(nothing_mapped(R"({"xml":"<a xmlns='u'/>","title":1})"));
  CHECK_FALSE(nothing_mapped(R"({"type":"error","error_code":404,"title":1})"));
  CHECK_FALSE(nothing_mapped(R"({"colour":1})", {"iq", "version", "b@x"}));
}

TEST_CASE("status, show and priority make a presence only where nothing unmapped stands beside them") {
  const auto root = [](const std::string& json) {
    const auto decoded = decode(Format::json, json, {}, {});
    INFO(json);
    REQUIRE(decoded);
    return std::string(decoded->document.root().name()) + (decoded->nothing_mapped ? " of nothing" : "");
  };
  CHECK(root(R"({"status":"Lunch"})") == "presence");
  CHECK(root(R"({"show":"away","status":"Lunch","to":"b@x","priority":1})") == "presence");
  CHECK(root(R"({"status":"firing","title":"Disk full"})") == "message of nothing");
  CHECK(root(R"({"status":"firing","priority":1,"title":"Disk full"})") == "message of nothing");
  CHECK(root(R"({"kind":"presence","status":"firing","title":"Disk full"})") == "presence");
  CHECK(root(R"({"type":"unavailable","status":"firing","title":"Disk full"})") == "presence");
  CHECK(root(R"({"status":"Lunch","join":true,"title":"x"})") == "presence");
  CHECK(root(R"({"status":"Lunch","nick":"Bob","title":"x"})") == "presence");
  CHECK(root(R"({"status":"firing","body":"Disk full","title":"x"})") == "message");
  CHECK(unmapped(R"({"status":"firing","title":"Disk full"})") ==
        std::vector<std::string>{"status", "title"});
}

TEST_CASE("a value of the wrong type is refused by the key's name") {
  CHECK(refusal_of(R"({"body":5})") == "422 /body: must be a string");
  CHECK(refusal_of(R"({"kind":1})") == "422 /kind: must be a string");
  CHECK(refusal_of(R"({"to":["a"],"body":"x"})") == "422 /to: must be a string");
  CHECK(refusal_of(R"({"version":"x"})") == "422 /version: must be an object");
  CHECK(refusal_of(R"({"ping":"yes"})") == "422 /ping: must be true or false");
  CHECK(refusal_of(R"({"kind":"message","reference":{"begin":1.5}})") ==
        "422 /reference/begin: must be a whole number");
  CHECK(refusal_of(R"({"kind":"message","reactions":{"reactions":["a",1]}})") ==
        "422 /reactions/reactions/1: must be a string");
  CHECK(refusal_of(R"({"state":"bored"})") ==
        "422 /state: must be one of: active inactive gone composing paused");
  CHECK(refusal_of(R"({"html":"<b>"})").substr(0, 38) == "422 /html: must be well-formed XHTML: ");
  CHECK(refusal_of(R"({"html":"</h:html><h:html>"})").substr(0, 10) == "422 /html:");
}

TEST_CASE("a whole number may be written with a point") {
  check_from(R"({"priority":5.0})", "<presence><priority>5</priority></presence>");
}

TEST_CASE("characters that XML cannot carry are refused by the key's name") {
  CHECK(refusal_of(R"({"body":"a\u0000b"})") == "422 /body: holds a character that XML cannot carry");
  CHECK(refusal_of(R"({"to":"a\u0001","body":"x"})") == "422 /to: holds a character that XML cannot carry");
  CHECK(refusal_of(R"({"body":"\uffff"})") == "422 /body: holds a character that XML cannot carry");
  CHECK(refusal_of(R"({"command":{"node":"n","data":{"a\u0002":"x"}}})").substr(0, 18) ==
        "422 /command/data/");
}

TEST_CASE("null counts as absent") {
  check_from(R"({"kind":"message","body":null,"type":null,"oob":{"url":"u","desc":null}})",
             "<message><x xmlns='jabber:x:oob'><url>u</url></x></message>");
  CHECK(refusal_of(R"({"to":"b@x","ping":null})") == "<message to='b@x'/>");
}

TEST_CASE("keys without mapping are dropped and named") {
  const std::string json = R"({"body":"x","foo":1,"oob":{"url":"u","bar":{}},"a,\n\u00e9":0})";
  check_from(json, "<message><body>x</body><x xmlns='jabber:x:oob'><url>u</url></x></message>");
  CHECK(unmapped(json) == std::vector<std::string>{"oob/bar", "a%2C%0A%C3%A9", "foo"});
}

TEST_CASE("keys of another kind have no mapping") {
  CHECK(unmapped(R"({"kind":"presence","body":"x"})") == std::vector<std::string>{"body"});
}

TEST_CASE("strict: a key without mapping is refused with a pointer to it") {
  CHECK(refusal_of(R"({"body":"x","foo":1})", kStrict) == "422 /foo: no such key in the mapping");
  CHECK(refusal_of(R"({"kind":"message","oob":{"url":"u","b/a~r":1}})", kStrict) ==
        "422 /oob/b~1a~0r: no such key in the mapping");
  CHECK(refusal_of(R"({"kind":"iq","disco":{"features":[],"more":1}})", kStrict) ==
        "422 /disco/more: no such key in the mapping");
  CHECK(refusal_of(R"({"body":"x"})", kStrict) == "<message><body>x</body></message>");
}

TEST_CASE("an error object makes a stanza error of any kind") {
  check_from(
      R"({"kind":"message","to":"b@x","error":{"type":"wait","condition":"conflict","text":"t","by":"c@x"}})",
      "<message to='b@x' type='error'><error type='wait' by='c@x'>"
      "<conflict xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
      "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>t</text></error></message>");
  check_from(R"({"kind":"presence","error":{}})",
             "<presence type='error'><error type='cancel'>"
             "<undefined-condition xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>");
  for (const char* condition : {"x y", "", "text", "<a/>", "-"}) {
    const std::string json = std::string(R"({"error":{"condition":")") + condition + "\"}}";
    CHECK(refusal_of(json).substr(0, 21) == "422 /error/condition:");
  }
}

TEST_CASE("an error without an error object is of the old form") {
  check_from(R"({"kind":"message","type":"error","body":"x","error_code":404})",
             "<message type='error'><body>x</body><error code='404'>x</error></message>");
}

TEST_CASE("a data form keeps its options, several fields and lines") {
  check_from(R"({"kind":"message","dataform":{"type":"form","title":"T","fields":[
          {"var":"a","type":"list-single","label":"A","required":true,"value":"1",
           "options":[{"label":"one","value":"1"},{"value":"2"}]},
          {"var":"b","type":"text-multi","value":"l1\nl2"},
          {"var":"c","type":"boolean","value":true},
          {"var":"d","values":["x","y"]}]}})",
             "<message><x xmlns='jabber:x:data' type='form'><title>T</title>"
             "<field var='a' type='list-single' label='A'><required/><value>1</value>"
             "<option label='one'><value>1</value></option><option><value>2</value></option></field>"
             "<field var='b' type='text-multi'><value>l1</value><value>l2</value></field>"
             "<field var='c' type='boolean'><value>1</value></field>"
             "<field var='d'><value>x</value><value>y</value></field></x></message>");
}

TEST_CASE("an archive query by shortcuts holds only the fields given") {
  check_from(R"({"to":"b@x","archive":{"queryid":"q","with":"a@x","ids":"1,2","before":"","max":10}})",
             "<iq to='b@x' type='set'><query xmlns='urn:xmpp:mam:2' queryid='q'><x xmlns='jabber:x:data' "
             "type='submit'>"
             "<field var='FORM_TYPE'><value>urn:xmpp:mam:2</value></field><field "
             "var='with'><value>a@x</value></field>"
             "<field var='ids'><value>1</value><value>2</value></field></x>"
             "<set xmlns='http://jabber.org/protocol/rsm'><before/><max>10</max></set></query></iq>");
  check_from(R"({"archive":{"after":"a","max":"5"}})",
             "<iq type='set'><query xmlns='urn:xmpp:mam:2'><set xmlns='http://jabber.org/protocol/rsm'>"
             "<after>a</after><max>5</max></set></query></iq>");
  CHECK(refusal_of(R"({"archive":{"max":"many"}})") == "422 /archive/max: must be a whole number");
  CHECK(refusal_of(R"({"archive":{"with":7}})") == "422 /archive/with: must be a string");
}

TEST_CASE("a payload stands in an element for JSON") {
  check_from(R"({"kind":"message","payload":{"datatype":"urn:d","data":{"a":[1,null,"<"]}}})",
             "<message><payload xmlns='urn:xmpp:json-msg:0' datatype='urn:d'>"
             "<json xmlns='urn:xmpp:json:0'>{\"a\":[1,null,\"&lt;\"]}</json></payload></message>");
  check_from(
      R"({"kind":"message","payload":{"data":"\u0001\uffff"}})",
      "<message><payload xmlns='urn:xmpp:json-msg:0'><json xmlns='urn:xmpp:json:0'>\"\\u0001\\uffff\"</json>"
      "</payload></message>");
}

TEST_CASE("disco items stand side by side") {
  check_from(
      R"({"kind":"iq","type":"result","items":[{"jid":"a@b","name":"n"},"c@d"]})",
      "<iq type='result'><query xmlns='http://jabber.org/protocol/disco#items'><item jid='a@b' name='n'/>"
      "<item jid='c@d'/></query></iq>");
}

TEST_CASE("receipts, carbons and retractions have keys") {
  check_from(R"({"kind":"message","id":"1","body":"x","receipt_request":true})",
             "<message id='1'><body>x</body><request xmlns='urn:xmpp:receipts'/></message>");
  check_from(R"({"kind":"message","received":"1"})",
             "<message><received xmlns='urn:xmpp:receipts' id='1'/></message>");
  check_from(R"({"kind":"message","retract":"1"})",
             "<message><retract xmlns='urn:xmpp:message-retract:1' id='1'/></message>");
  check_from(R"({"kind":"message","carbon_sent":{"forwarded":{"message":{"body":"x"}}}})",
             "<message><sent xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'>"
             "<message xmlns='jabber:client'><body>x</body></message></forwarded></sent></message>");
}

TEST_CASE("fallback ranges, origin ids and hints have keys") {
  check_from(
      R"({"body":"> Hi\nYes","fallbacks":[{"for":"urn:xmpp:reply:0","body":[{"start":0,"end":5},{}]},
                                        {"for":"urn:x","subject":[{"start":1}]}]})",
      "<message><body>&gt; Hi\nYes</body>"
      "<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' "
      "end='5'/><body/></fallback>"
      "<fallback xmlns='urn:xmpp:fallback:0' for='urn:x'><subject start='1'/></fallback></message>");
  // What became JSON has both keys for one element.
  check_from(R"({"body":"x","fallback":true,"fallbacks":[{"for":"urn:x"}]})",
             "<message><body>x</body><fallback xmlns='urn:xmpp:fallback:0' for='urn:x'/></message>");
  check_from(R"({"body":"x","fallback":true})",
             "<message><body>x</body><fallback xmlns='urn:xmpp:fallback:0'/></message>");
  CHECK(refusal_of(R"({"body":"x","fallbacks":[{"body":[{"start":"0"}]}]})")
            .find("/fallbacks/0/body/0/start") != std::string::npos);
  check_from(R"({"body":"x","origin_id":"o1"})",
             "<message><body>x</body><origin-id xmlns='urn:xmpp:sid:0' id='o1'/></message>");
  check_from(
      R"({"body":"x","hint_no_permanent_store":true,"hint_no_store":true,"hint_no_copy":true,"hint_store":true})",
      "<message><body>x</body><no-permanent-store xmlns='urn:xmpp:hints'/><no-store xmlns='urn:xmpp:hints'/>"
      "<no-copy xmlns='urn:xmpp:hints'/><store xmlns='urn:xmpp:hints'/></message>");
  check_from(R"({"body":"x","hint_store":false})", "<message><body>x</body></message>");
  CHECK(unmapped(R"({"body":"x","store":"Oslo","hints":"x"})") == std::vector<std::string>{"hints", "store"});
}

TEST_CASE("an upload slot and its request keep all that a PUT must have") {
  check_from(
      R"({"kind":"iq","type":"result","upload_slot":{"get":{"url":"https://d/a"},"put":{"url":"https://u/a",
          "headers":[{"name":"Authorization","value":"Basic x"},{"name":"Cookie","value":"a=b"},
                     {"name":"Cookie","value":"c=d; e"}]}}})",
      "<iq type='result'><slot xmlns='urn:xmpp:http:upload:0'><get url='https://d/a'/><put url='https://u/a'>"
      "<header name='Authorization'>Basic x</header><header name='Cookie'>a=b</header>"
      "<header name='Cookie'>c=d; e</header></put></slot></iq>");
}

TEST_CASE("a page of an archive that is no object is refused, also beside the shorthands") {
  for (const char* page : {"\"a1\"", "[]", "7", "true"}) {
    CAPTURE(page);
    const std::string given = std::string(R"({"kind":"iq","archive":{"page":)") + page;
    CHECK(refusal_of(given + "}}") == "422 /archive/page: must be an object");
    CHECK(refusal_of(given + R"(,"after":"a1"}})") == "422 /archive/page: must be an object");
  }
  CHECK(refusal_of(R"({"kind":"iq","archive":{"after":7}})").find("422 /archive/page/after") == 0);
}

TEST_CASE("raw children are taken in, and go before what keys make") {
  check_from(R"({"body":"x","xml":"<foo xmlns='urn:foo'><bar/></foo><baz xmlns='urn:baz'/>"})",
             "<message><body>x</body><foo xmlns='urn:foo'><bar/></foo><baz xmlns='urn:baz'/></message>");
  check_from(
      R"({"kind":"message","delay":"t","xml":["<delay xmlns='urn:xmpp:delay' stamp='t' from='a@b'/>"]})",
      "<message><delay xmlns='urn:xmpp:delay' stamp='t' from='a@b'/></message>");
  for (const char* xml : {"<a>", "text", "<a/>text", "</xml><xml>", "<!-- c -->", "<p:a/>", "&x;"}) {
    CAPTURE(xml);
    CHECK(refusal_of(R"({"body":"x","xml":")" + std::string(xml) + "\"}").substr(0, 9) == "422 /xml:");
  }
}
