// SPDX-License-Identifier: MIT
#include "xmpp/plain_stanza.h"

#include "support/catch.h"
#include "xml/gate.h"
#include "xml/writer.h"

using namespace restanza;

namespace {

std::string nested(size_t elements) {
  std::string text = "<message>";
  for (size_t i = 2; i < elements; ++i) text += "<x>";
  text += "<x/>";
  for (size_t i = 2; i < elements; ++i) text += "</x>";
  return text + "</message>";
}

std::string with_attributes(int count) {
  std::string text = "<message";
  for (int i = 0; i < count; ++i) text += " a" + std::to_string(i) + "='1'";
  return text + "/>";
}

// What the gate makes of the same text.
std::string through_the_gate(const std::string& text) {
  const auto document = xml::parse(text);
  return document ? xml::write(document->root()) : "refused: " + document.error().text;
}

}  // namespace

TEST_CASE("a stanza in plain form goes on as it stands, and means what the gate reads") {
  for (const std::string text : {
           "<message/>",
           "<message from='a@b/c' to='d' id='1' type='chat' xml:lang='en'><body>Hi</body></message>",
           "<iq type=\"get\" id='a&amp;b&lt;&gt;&apos;&quot;' to='x'><ping xmlns='urn:xmpp:ping'/></iq>",
           "<presence><show>away</show> <status>\xC3\xA4 \xF0\x9F\x98\x80\n\ttwo lines</status></presence>",
           "<message><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client'><body>x</body>"
           "</message></forwarded></message>",
           "<message><x xmlns='urn:x'><y xmlns='urn:x'/></x><x xmlns='urn:x'/></message>",
           "<message><a-b.c_D9 _k='v'></a-b.c_D9></message>",
       }) {
    CAPTURE(text);
    const auto plain = xmpp::read_plain(text);
    REQUIRE(plain);
    const auto document = xml::parse(text);
    REQUIRE(document);
    const auto read = xmpp::to_stanza(document->root());
    REQUIRE(read);
    CHECK(plain->kind == read->kind);
    const auto attributes = xmpp::attributes_of(document->root());
    CHECK(plain->attributes.from == attributes.from);
    CHECK(plain->attributes.to == attributes.to);
    CHECK(plain->attributes.id == attributes.id);
    CHECK(plain->attributes.type == attributes.type);
    CHECK(plain->attributes.lang == attributes.lang);
    CHECK(xmpp::parse_stanza(text)->xml == text);
    CHECK(through_the_gate(text) == read->xml);
    // The same inside, under other attributes.
    const auto moved = xmpp::make_stanza({"x@y", "z", "2", std::nullopt, std::nullopt}, *plain);
    const auto by_tree =
        xmpp::make_stanza(read->kind, {"x@y", "z", "2", std::nullopt, std::nullopt}, document->root());
    CHECK(through_the_gate(moved.xml) == by_tree.xml);
    CHECK(moved.from == "x@y");
  }
}

TEST_CASE("what is well-formed and not plain is left to the gate, which puts it in normal form") {
  for (const auto& [text, normal] : std::initializer_list<std::pair<std::string, std::string>>{
           {"<message xmlns='jabber:client'/>", "<message/>"},
           {"<message><body xmlns='jabber:client'>x</body></message>", "<message><body>x</body></message>"},
           {"<x:message xmlns:x='jabber:client'/>", "<message/>"},
           {"<message><x:y xmlns:x='urn:x'/></message>", "<message><y xmlns='urn:x'/></message>"},
           {"<message><x y:z='1' xmlns:y='u'/></message>", "<message><x xmlns:y='u' y:z='1'/></message>"},
           {"<message id='a\tb'/>", "<message id='a b'/>"},
           {"<message><body>a\r\nb</body></message>", "<message><body>a\nb</body></message>"},
           {"<message><body>&#65;</body></message>", "<message><body>A</body></message>"},
           {"<message><body>a>b</body></message>", "<message><body>a&gt;b</body></message>"},
           {"<message><body><![CDATA[<]]></body></message>", "<message><body>&lt;</body></message>"},
           {"<message ><body/></message >", "<message><body/></message>"},
           {"<message id = '1'/>", "<message id='1'/>"},
           {"<?xml version='1.0'?><message/>", "<message/>"},
           {"<message/> ", "<message/>"},
           {"<message xmlns=''/>", "<message/>"},
           {"<message><\xC3\xA4/></message>", "<message><\xC3\xA4/></message>"},
       }) {
    CAPTURE(text);
    CHECK_FALSE(xmpp::read_plain(text));
    const auto stanza = xmpp::parse_stanza(text);
    REQUIRE(stanza);
    CHECK(stanza->xml == normal);
  }
}

TEST_CASE("what is no stanza is none by either way") {
  for (const std::string text : {
           "",
           " ",
           "<",
           "<message",
           "<message>",
           "<message><body></message>",
           "<message></body></message>",
           "<message/><message/>",
           "<message/>x",
           "x<message/>",
           "<message id='1' id='2'/>",
           "<message id='<'/>",
           "<message id='&'/>",
           "<message id=1/>",
           "<message id/>",
           "<message id='1'to='2'/>",
           "<message>&x;</message>",
           "<message>]]></message>",
           "<message>\x01</message>",
           "<message>\xFF</message>",
           "<message>\xEF\xBF\xBF</message>",
           "<message><!-- x --></message>",
           "<message><?x y?></message>",
           "<!DOCTYPE message><message/>",
           "<foo/>",
           "<Message/>",
           "<message xmlns='urn:x'/>",
           "<message><x xmlns='http://www.w3.org/XML/1998/namespace'/></message>",
           "<message><x xmlns='http://www.w3.org/2000/xmlns/'/></message>",
           "<message><1/></message>",
           "</message>",
           "</stream:stream>",
           "<message></message></message>",
       }) {
    CAPTURE(text);
    CHECK_FALSE(xmpp::read_plain(text));
    CHECK_FALSE(xmpp::parse_stanza(text));
  }
  CHECK_FALSE(xmpp::read_plain(std::string("<message>\0</message>", 20)));
}

TEST_CASE("the limits of plain form: sixteen attributes, and as deep as the gate allows") {
  CHECK(xmpp::read_plain(with_attributes(xmpp::kMaxPlainAttributes)));
  CHECK_FALSE(xmpp::read_plain(with_attributes(xmpp::kMaxPlainAttributes + 1)));
  CHECK(xmpp::parse_stanza(with_attributes(xmpp::kMaxPlainAttributes + 1)));
  CHECK(xmpp::read_plain(nested(100)));
  CHECK_FALSE(xmpp::read_plain(nested(101)));
  CHECK_FALSE(xmpp::parse_stanza(nested(101)));
}
