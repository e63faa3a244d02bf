// SPDX-License-Identifier: MIT
#include "xml/gate.h"

#include <string>
#include <string_view>

#include "support/catch.h"
#include "xml/writer.h"

using namespace restanza;
using namespace std::literals;

namespace {

std::string again(std::string_view xml) {
  const auto parsed = xml::parse(xml);
  return parsed ? xml::write(parsed->root()) : "refused: " + parsed.error().text;
}

std::string nested(size_t depth) {
  std::string out;
  for (size_t i = 0; i < depth; ++i) out += "<a>";
  for (size_t i = 0; i < depth; ++i) out += "</a>";
  return out;
}

std::string with_attributes(size_t count) {
  std::string out = "<a";
  for (size_t i = 0; i < count; ++i) out += " k" + std::to_string(i) + "='v'";
  return out + "/>";
}

// A namespace of a kibibyte that a prefix of one letter stands for again and again.
std::string with_prefixes(const std::string& element, size_t count) {
  std::string out = "<a xmlns:p='" + std::string(1024, 'n') + "'>";
  for (size_t i = 0; i < count; ++i) out += element;
  return out + "</a>";
}

}  // namespace

TEST_CASE("a stanza passes the gate and is written as the same tree") {
  CHECK(again("<message to='bob@localhost'><body>Hi</body></message>") ==
        "<message to='bob@localhost'><body>Hi</body></message>");
  CHECK(again("<?xml version='1.0'?>\n<message/>\n") == "<message/>");
  CHECK(again("<message><x xmlns='urn:a' k=\"it's\"/></message>") ==
        "<message><x xmlns='urn:a' k='it&apos;s'/></message>");
}

TEST_CASE("white space, references and CDATA keep their meaning") {
  CHECK(again("<m><body> </body><body>\n\t</body></m>") == "<m><body> </body><body>\n\t</body></m>");
  CHECK(again("<m>&#x1F600;&lt;&amp;<![CDATA[<b>]]></m>") == "<m>\xF0\x9F\x98\x80&lt;&amp;&lt;b&gt;</m>");
  CHECK(again("<m a='x&#10;y&#9;z'/>") == "<m a='x&#10;y&#9;z'/>");
  CHECK(again("<m>a<b/>c</m>") == "<m>a<b/>c</m>");
  CHECK(again("<m>&#13;</m>") == "<m>&#13;</m>");
}

TEST_CASE("prefixes become default namespaces, and prefixed attributes declare theirs") {
  CHECK(again("<message><a:x xmlns:a='urn:a' a:k='v'><a:y/></a:x></message>") ==
        "<message><x xmlns='urn:a' xmlns:a='urn:a' a:k='v'><y/></x></message>");
  CHECK(again("<c:message xmlns:c='jabber:client' xmlns:u='urn:u'><u:x/></c:message>") ==
        "<message><x xmlns='urn:u'/></message>");
  CHECK(again("<message xml:lang='sv'/>") == "<message xml:lang='sv'/>");
}

TEST_CASE("jabber:client inside a stanza means the same as no namespace") {
  CHECK(again("<message xmlns='jabber:client'><body xmlns='jabber:client'>x</body></message>") ==
        "<message><body>x</body></message>");
  CHECK(again("<m><f xmlns='urn:f'><message xmlns='jabber:client'><body/></message></f></m>") ==
        "<m><f xmlns='urn:f'><message xmlns='jabber:client'><body/></message></f></m>");
}

TEST_CASE("what is not one well-formed element is refused") {
  for (const auto* bad : {"",
                          " ",
                          "<message",
                          "<message></presence>",
                          "<a/><b/>",
                          "text",
                          "<a/>text",
                          "<a>&nbsp;</a>",
                          "<a>&#0;</a>",
                          "<a>\x01</a>",
                          "<a>\xFF</a>",
                          "<a>\xEF\xBF\xBF</a>",
                          "<a k='1' k='2'/>",
                          "<a k=1/>",
                          "<a k='<'/>",
                          "<p:a/>",
                          "<a p:k='v'/>",
                          "<a>&</a>",
                          "<a>]]></a>",
                          "<a>&#xD800;</a>",
                          "<message to='b' to='c'/>"}) {
    CAPTURE(bad);
    CHECK_FALSE(xml::parse(bad));
  }
  CHECK_FALSE(xml::parse(std::string_view("<a/>\0", 5)));
}

TEST_CASE("what XMPP forbids is refused by name") {
  CHECK(again("<a><!-- c --></a>") == "refused: XMPP does not allow a comment, at line 1, column 4");
  CHECK(again("<a><?p i?></a>") ==
        "refused: XMPP does not allow a processing instruction, at line 1, column 4");
  CHECK(again("<?xml version='1.0' encoding='utf-16'?><a/>") ==
        "refused: XMPP does not allow another encoding than UTF-8, at line 1, column 1");
  CHECK(again("<?xml version='1.0' encoding='utf-8'?><a/>") == "<a/>");
  CHECK(again("\xEF\xBB\xBF<a/>") == "<a/>");
  for (const std::string_view utf16 :
       {"\xFF\xFE<\0a\0/\0>\0"sv, "\xFE\xFF\0<\0a\0/\0>"sv, "<\0a\0/\0>\0"sv, "\0<\0a\0/\0>"sv}) {
    CAPTURE(utf16);
    CHECK(again(utf16) == "refused: XMPP does not allow another encoding than UTF-8");
  }
  CHECK(again("<a><xml:b/></a>") ==
        "refused: an element has the prefix 'xml', which is for attributes, at line 1, column 4");
  CHECK(again("<xml:b/>") ==
        "refused: an element has the prefix 'xml', which is for attributes, at line 1, column 1");
  CHECK(again("<a><b xml:c='d'/></a>") == "<a><b xml:c='d'/></a>");
  CHECK(again("<!DOCTYPE x [<!ENTITY a 'b'>]><a>&a;</a>") ==
        "refused: XMPP does not allow a document type declaration, at line 1, column 13");
}

TEST_CASE("what is not well-formed is told with its line and column") {
  CHECK(again("") == "refused: the XML is empty");
  CHECK(again(" \n") == "refused: the XML is empty");
  CHECK(again("<a>") == "refused: the XML ends too early or a tag is not closed, at line 1, column 4");
  CHECK(again("<a>\n<b") == "refused: the XML ends too early or a tag is not closed, at line 2, column 1");
  CHECK(again("<a>\n  </b>") ==
        "refused: an end tag does not fit the start tag before it, at line 2, column 5");
  CHECK(again("<a/>\n<b/>") ==
        "refused: a second root element begins, and there may be one, at line 2, column 1");
  CHECK(again("<a/> more") == "refused: text stands behind the root element, at line 1, column 6");
  CHECK(again("<a>é&nbsp;</a>") ==
        "refused: an entity is none of those that XML has (lt, gt, amp, apos, quot), at line 1, column 5");
  CHECK(again("<a k=1/>") == "refused: the XML is not well-formed, at line 1, column 6");
  CHECK(again("<p:a/>") == "refused: the XML is not well-formed: unbound prefix, at line 1, column 1");
}

TEST_CASE("places are counted in what the sender wrote, whatever stands around it") {
  const std::string around = "<xml>";
  const auto parsed = xml::parse(around + "<a></b></xml>", {}, around.size());
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().text == "an end tag does not fit the start tag before it, at line 1, column 6");
}

TEST_CASE("elements may nest to the limit and no deeper") {
  CHECK(xml::parse(nested(100)));
  CHECK(again(nested(101)) == "refused: elements are nested too deeply, at line 1, column 301");
  CHECK_FALSE(xml::parse(nested(100000)));
}

TEST_CASE("an element may have attributes to the limit and no more") {
  CHECK(xml::parse(with_attributes(100)));
  CHECK(again(with_attributes(101)) == "refused: an element has too many attributes, at line 1, column 1");
}

TEST_CASE("prefixes may stand for a mebibyte of namespaces in all and no more") {
  for (const std::string element : {"<p:b/>", "<b p:c=''/>"}) {
    CHECK(xml::parse(with_prefixes(element, 1024)));
    CHECK(again(with_prefixes(element, 1025)).find("refused: the namespaces are too long, at line 1, ") == 0);
  }
  CHECK(xml::parse(with_prefixes("<b/>", 10000)));
  CHECK(xml::parse("<p:a xmlns:p='" + std::string(1024, 'n') + "'>" + with_prefixes("<p:b/>", 1023) +
                   "</p:a>"));
}

TEST_CASE("only characters of XML are representable") {
  CHECK(xml::representable("tab\t line\n é 🎉"));
  CHECK_FALSE(xml::representable("bell\a"));
  CHECK_FALSE(xml::representable(std::string_view("nul\0", 4)));
  CHECK_FALSE(xml::representable("\xEF\xBF\xBE"));
  CHECK_FALSE(xml::representable("\xC3"));
}
