// SPDX-License-Identifier: MIT
#include "rest/sending/addressing.h"

#include "rest/sending/reading.h"
#include "support/catch.h"
#include "unit/rest/rest_world.h"
#include "xml/gate.h"
#include "xml/writer.h"

using namespace restanza;
using namespace restanza::rest;

namespace {

Caller component() {
  Caller caller;
  caller.address = "rest.localhost";
  caller.whole_domain = true;
  return caller;
}

Caller alice() {
  Caller caller;
  caller.address = "alice@localhost";
  caller.account = true;
  return caller;
}

// The addressed stanza, or why it was refused.
std::string addressed(const std::string& xml, const Caller& caller = component()) {
  const auto document = xml::parse(xml);
  REQUIRE(document);
  const auto refused = [](const Refusal& why) { return std::to_string(why.status) + " " + why.condition; };
  const auto kind = kind_of(document->root());
  if (!kind) return refused(kind.error());
  const auto attributes = address(xmpp::attributes_of(document->root()), caller);
  if (!attributes) return refused(attributes.error());
  const auto stanza = xmpp::make_stanza(*kind, *attributes, document->root());
  set_attributes(document->root(), *attributes);
  CHECK(xml::write(document->root()) == stanza.xml);
  return stanza.xml;
}

}  // namespace

TEST_CASE("of the attributes only from, to, id, type and xml:lang survive") {
  CHECK(addressed("<message type='chat' id='1' to='bob@localhost' xml:lang='de' version='1.0' x='y'"
                  " xmlns:a='urn:a' a:b='c'><body>Hi</body></message>") ==
        "<message from='rest.localhost' to='bob@localhost' id='1' type='chat' xml:lang='de'>"
        "<body>Hi</body></message>");
}

TEST_CASE("attributes of children stay") {
  CHECK(addressed("<message id='1'><x xmlns='urn:x' to='y' k='v'/></message>") ==
        "<message from='rest.localhost' id='1'><x xmlns='urn:x' to='y' k='v'/></message>");
}

TEST_CASE("a missing or empty id is made up, and no two are the same") {
  const auto id_of = [](const std::string& xml) {
    const auto document = xml::parse(addressed(xml));
    return std::string(document->root().attribute("id").value_or(""));
  };
  CHECK(id_of("<message/>").size() == 24);
  CHECK(id_of("<message id=''/>").size() == 24);
  CHECK(id_of("<message/>") != id_of("<message/>"));
  CHECK(id_of("<message id=' '/>") == " ");
}

TEST_CASE("addresses are prepared") {
  CHECK(addressed("<message id='1' from='BOT@Rest.LocalHost/Ä' to='ÅsA@LOCALHOST./Res'/>") ==
        "<message from='bot@rest.localhost/Ä' to='åsa@localhost/Res' id='1'/>");
}

TEST_CASE("addresses that are none are refused") {
  for (const char* bad : {"", "@@", "@localhost", "bob@", "/r", "bob@localhost/", "a b@localhost", "a@b c"}) {
    CAPTURE(bad);
    CHECK(addressed("<message to='" + std::string(bad) + "'/>") == "422 improper-addressing");
    CHECK(addressed("<message from='" + std::string(bad) + "'/>") == "422 invalid-from");
  }
}

TEST_CASE("who may send for the domain may send as any address there, and nowhere else") {
  for (const char* good :
       {"rest.localhost", "bot@rest.localhost", "bot@rest.localhost/r", "rest.localhost/r"}) {
    CAPTURE(good);
    CHECK(addressed("<presence id='1' from='" + std::string(good) + "'/>") ==
          "<presence from='" + std::string(good) + "' id='1'/>");
  }
  for (const char* foreign : {"localhost", "alice@localhost", "x.rest.localhost", "rest.localhost.evil",
                              "localhost/rest.localhost", "a@evil/b@rest.localhost"}) {
    CAPTURE(foreign);
    CHECK(addressed("<message from='" + std::string(foreign) + "'/>") == "403 not-authorized");
  }
}

TEST_CASE("an account sends as itself, with any resource") {
  CHECK(addressed("<message id='1'/>", alice()) == "<message from='alice@localhost' id='1'/>");
  CHECK(addressed("<message id='1' from='Alice@localhost/home'/>", alice()) ==
        "<message from='alice@localhost/home' id='1'/>");
  for (const char* foreign : {"bob@localhost", "localhost", "alice@localhost.evil", "rest.localhost"}) {
    CAPTURE(foreign);
    CHECK(addressed("<message from='" + std::string(foreign) + "'/>", alice()) == "403 not-authorized");
  }
}

TEST_CASE("a token's patterns say what it may send as, also where the stanza does not say it") {
  Caller caller = component();
  caller.from = {"bot-*@rest.localhost", "rest.localhost/news"};
  CHECK(addressed("<message id='1' from='bot-1@rest.localhost/x'/>", caller) ==
        "<message from='bot-1@rest.localhost/x' id='1'/>");
  CHECK(addressed("<message id='1' from='rest.localhost/news'/>", caller) ==
        "<message from='rest.localhost/news' id='1'/>");
  for (const char* other :
       {"", " from='rest.localhost'", " from='rest.localhost/old'", " from='bot@rest.localhost'",
        " from='x@rest.localhost/bot-1@rest.localhost'", " from='bot-1@evil'"}) {
    CAPTURE(other);
    CHECK(addressed("<message" + std::string(other) + "/>", caller) == "403 not-authorized");
  }
}

TEST_CASE("a root of another name or namespace is refused, the namespace first") {
  CHECK(addressed("<foo/>") == "422 unsupported-stanza-type");
  CHECK(addressed("<Message/>") == "422 unsupported-stanza-type");
  CHECK(addressed("<message xmlns='urn:x'/>") == "422 invalid-namespace");
  CHECK(addressed("<foo xmlns='urn:x' from='@@'/>") == "422 invalid-namespace");
  CHECK(addressed("<message xmlns='jabber:client' id='1'/>") == "<message from='rest.localhost' id='1'/>");
  CHECK(addressed("<message xmlns='jabber:server'/>") == "422 invalid-namespace");
}

TEST_CASE("an iq is a get or set with exactly one child") {
  for (const char* type : {"get", "set"}) {
    CHECK(check_iq(std::string(type), 1));
    CHECK(check_iq(std::string(type), 0).error().condition == "bad-format");
    CHECK(check_iq(std::string(type), 2).error().condition == "bad-format");
  }
  CHECK(check_iq(std::nullopt, 1).error().condition == "invalid-xml");
  for (const char* type : {"", "result", "error", "GET"}) {
    CAPTURE(type);
    CHECK(check_iq(std::string(type), 1).error().condition == "invalid-xml");
  }
}

TEST_CASE("a posted iq is looked at alike with a tree and without") {
  const auto children = [](const std::string& xml) {
    http::Request request;
    request.headers = {{"Content-Type", "application/xmpp+xml"}};
    request.body = xml;
    const auto plain = read_stanza(request, {}, component(), {});
    const auto tree = read_tree(request, {}, component(), {});
    REQUIRE(plain);
    REQUIRE(tree);
    CHECK(plain->plain);
    CHECK(plain->children() == tree->children());
    return plain->children();
  };
  CHECK(children("<iq type='get'><a xmlns='u'><b/><b/></a></iq>") == 1);
  CHECK(children("<iq type='set'> <a xmlns='u'/> </iq>") == 1);
  CHECK(children("<iq type='get'/>") == 0);
  CHECK(children("<iq type='get'>text</iq>") == 0);
  CHECK(children("<iq type='get'><a xmlns='u'/><b xmlns='u'/></iq>") == 2);
}

TEST_CASE("rights, kinds and destinations are each a reason to refuse") {
  Caller caller = component();
  const auto checked = [&caller](xmpp::Kind kind, std::optional<std::string> to) {
    xmpp::RootAttributes attributes;
    attributes.to = std::move(to);
    const auto result = check_rights(kind, attributes, caller);
    return result ? "" : std::to_string(result.error().status) + " " + result.error().condition;
  };
  using xmpp::Kind;
  CHECK(checked(Kind::message, "bob@localhost").empty());
  CHECK(checked(Kind::message, std::nullopt) == "422 improper-addressing");

  caller.to = {"*@localhost", "room@muc.localhost/nick"};
  CHECK(checked(Kind::message, "bob@localhost/any").empty());
  CHECK(checked(Kind::message, "room@muc.localhost/nick").empty());
  CHECK(checked(Kind::message, "room@muc.localhost/other") == "403 forbidden");
  CHECK(checked(Kind::message, "localhost") == "403 forbidden");
  CHECK(checked(Kind::message, "evil/x@localhost") == "403 forbidden");

  caller.kinds = static_cast<uint32_t>(Kind::message) | static_cast<uint32_t>(Kind::iq);
  CHECK(checked(Kind::iq, "bob@localhost").empty());
  CHECK(checked(Kind::presence, "bob@localhost") == "403 forbidden");

  caller.rights = rest::kReceive | rest::kAdmin;
  CHECK(checked(Kind::message, "bob@localhost") == "403 forbidden");
}

TEST_CASE("only an account's stanza can do without a destination") {
  CHECK(check_rights(xmpp::Kind::presence, {}, alice()));
  Caller anonymous;
  anonymous.address = "x@rest.localhost";
  CHECK_FALSE(check_rights(xmpp::Kind::presence, {}, anonymous));
}
