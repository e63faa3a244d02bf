// SPDX-License-Identifier: MIT
#include "xml/walk.h"

#include <string>

#include "support/catch.h"
#include "xml/gate.h"

using namespace restanza;

namespace {

struct Told final : xml::Visitor {
  void open(xml::Element element, std::string_view ns) override {
    said += "<" + std::string(element.name()) + " " + std::string(ns) + ">";
  }
  void text(std::string_view text) override { said += text; }
  void close() override { said += "</>"; }

  std::string said;
};

std::string walked(std::string_view text) {
  const auto parsed = xml::parse(text);
  REQUIRE(parsed);
  Told told;
  xml::walk(parsed->root(), told);
  return told.said;
}

}  // namespace

TEST_CASE("text and elements are told in the order in which they stand") {
  CHECK(walked("<message>a<b/>c<d>e</d> &amp; f</message>") ==
        "<message jabber:client>a<b jabber:client></>c<d jabber:client>e</> & f</>");
}

TEST_CASE("a namespace holds inside until another one begins, and is over with its element") {
  CHECK(walked("<iq><q xmlns='urn:q'><r/><s xmlns='urn:s'/></q><t/></iq>") ==
        "<iq jabber:client><q urn:q><r urn:q></><s urn:s></></><t jabber:client></></>");
}

TEST_CASE("of no element nothing is told") {
  Told told;
  xml::walk(xml::Element(), told);
  CHECK(told.said.empty());
}
