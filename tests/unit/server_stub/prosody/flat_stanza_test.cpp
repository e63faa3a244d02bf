// SPDX-License-Identifier: MIT
#include "prosody/flat_stanza.h"

#include "support/catch.h"

using namespace restanza::host;

namespace {

// The steps in a line; \1 is shown as '|'.
std::string steps_of(std::string_view xml) {
  const auto flat = flatten(xml);
  if (!flat) return "none";
  std::string out;
  for (const FlatStanza::Step& step : flat->steps()) {
    std::string name(flat->name(step));
    const size_t separator = name.find('\1');
    if (separator != std::string::npos) name[separator] = '|';
    const std::string value(flat->value(step));
    switch (step.kind) {
      case FlatStanza::Kind::open:
        out += "<" + name + ">";
        break;
      case FlatStanza::Kind::attribute:
        out += "@" + name + "=" + value + " ";
        break;
      case FlatStanza::Kind::text:
        out += "'" + value + "'";
        break;
      case FlatStanza::Kind::close:
        out += "</>";
    }
  }
  return out;
}

}  // namespace

TEST_CASE("a stanza is told step by step, with its text between its elements, and unescaped") {
  CHECK(steps_of("<message to='a@b'>x<body>1 &lt; 2</body>y</message>") ==
        "<message>@to=a@b 'x'<body>'1 < 2'</>'y'</>");
}

TEST_CASE("a namespace stands on its element and on all inside, and no longer behind it") {
  CHECK(steps_of("<iq><q xmlns='urn:q'><r/></q><t/></iq>") ==
        "<iq><q>@xmlns=urn:q <r>@xmlns=urn:q </></><t></></>");
  CHECK(steps_of("<iq xmlns='jabber:client'><q xmlns='urn:q'><m xmlns='jabber:client'/></q></iq>") ==
        "<iq><q>@xmlns=urn:q <m>@xmlns=jabber:client </></></>");
}

TEST_CASE("a prefix of an attribute becomes its namespace, and xml:lang stays") {
  CHECK(steps_of("<message xml:lang='de'><x xmlns='urn:x' xmlns:p='urn:p' p:kind='k'/></message>") ==
        "<message>@xml:lang=de <x>@xmlns=urn:x @urn:p|kind=k </></>");
}

TEST_CASE("what is not one element is none") {
  CHECK(steps_of("<message>") == "none");
  CHECK(steps_of("<a/><b/>") == "none");
}
