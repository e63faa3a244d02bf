// SPDX-License-Identifier: MIT
#include "xml/element.h"

#include "support/catch.h"
#include "xml/gate.h"
#include "xml/writer.h"

using namespace restanza;

TEST_CASE("children are found by name and namespace together") {
  const auto parsed = xml::parse(
      "<message><body xmlns='urn:x'>no</body><body>yes</body><delay xmlns='urn:xmpp:delay'/></message>");
  REQUIRE(parsed);
  const xml::Element root = parsed->root();
  CHECK(root.child("body", xml::kContentNamespace).text() == "yes");
  CHECK(root.child("delay", "urn:xmpp:delay"));
  CHECK_FALSE(root.child("delay", xml::kContentNamespace));
  CHECK(root.child("subject", xml::kContentNamespace).text().empty());
}

TEST_CASE("a tree built by hand declares a namespace only where it changes") {
  xml::Document document("iq", xml::kContentNamespace);
  xml::Element query = document.root().add("query", "jabber:iq:version");
  query.add("name", "jabber:iq:version").add_text("a<b");
  document.root().set_attribute("type", "result");
  CHECK(xml::write(document.root()) ==
        "<iq type='result'><query xmlns='jabber:iq:version'><name>a&lt;b</name></query></iq>");
}

TEST_CASE("a copy keeps its namespace wherever it lands") {
  const auto source = xml::parse("<m><x xmlns='urn:x'><y/>t</x></m>");
  REQUIRE(source);
  const xml::Element y = source->root().first().first();
  xml::Document target("message", xml::kContentNamespace);
  target.root().add_copy(y);
  target.root().add("z", "urn:x").add_copy(y);
  CHECK(xml::write(target.root()) == "<message><y xmlns='urn:x'/><z xmlns='urn:x'><y/></z></message>");
  target.root().first().remove();
  CHECK(xml::write(target.root()) == "<message><z xmlns='urn:x'><y/></z></message>");
}

TEST_CASE("an absent element answers with absence") {
  const xml::Element none;
  CHECK_FALSE(none);
  CHECK(none.name().empty());
  CHECK(none.ns().empty());
  CHECK_FALSE(none.attribute("to"));
  CHECK_FALSE(none.child("a", "b"));
  CHECK(xml::write(none).empty());
}
