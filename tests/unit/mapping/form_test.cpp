// SPDX-License-Identifier: MIT
// Forms and plain text, both ways.
#include "mapping/form.h"

#include "unit/mapping/support.h"

using namespace restanza;
using namespace restanza::mapping;

namespace {

std::string made(Format format, const std::string& body, const Hints& hints = {}) {
  const auto decoded = decode(format, body, hints, {});
  if (decoded) return xml::write(decoded->document.root());
  return (decoded.error().kind == Failure::unparseable ? "400 " : "422 ") + decoded.error().text;
}

void check_form(const std::string& form, const std::string& stanza) {
  CHECK(data(made(Format::form, form)) == data(stanza));
}

}  // namespace

TEST_CASE("boolean fields of a form are 1, true in any case, or empty") {
  for (const char* form : {"ping=1&to=b%40x", "ping=true&to=b%40x", "ping=True&to=b%40x", "ping=&to=b%40x"}) {
    check_form(form, "<iq type='get' to='b@x'><ping xmlns='urn:xmpp:ping'/></iq>");
  }
  for (const char* form : {"ping=0&to=b%40x", "ping=False&to=b%40x"}) check_form(form, "<message to='b@x'/>");
  CHECK(made(Format::form, "ping=maybe") == "422 /ping: must be true or false");
  check_form("join=&to=r%40m%2Fn",
             "<presence to='r@m/n'><x xmlns='http://jabber.org/protocol/muc'/></presence>");
}

TEST_CASE("numbers, objects and lists of a form are text or empty") {
  check_form("priority=-1&show=away", "<presence><priority>-1</priority><show>away</show></presence>");
  CHECK(made(Format::form, "priority=low") == "422 /priority: must be a whole number");
  check_form("kind=presence&priority=", "<presence/>");
  check_form("version=&to=x", "<iq type='get' to='x'><query xmlns='jabber:iq:version'/></iq>");
  check_form("disco=&to=x",
             "<iq type='get' to='x'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>");
  check_form("disco=n&to=x",
             "<iq type='get' to='x'><query xmlns='http://jabber.org/protocol/disco#info' node='n'/></iq>");
  CHECK(made(Format::form, "version=2") == "422 /version: must be an object");
}

TEST_CASE("what does not follow the encoding stands for itself") {
  check_form("body=100%&kind=message", "<message><body>100%</body></message>");
  check_form("body=%4&type=chat", "<message type='chat'><body>%4</body></message>");
  check_form("body=%zz%41", "<message><body>%zzA</body></message>");
}

TEST_CASE("the last of fields of one name counts, and a part without '=' is none") {
  check_form("body=a&body=b&more", "<message><body>b</body></message>");
}

TEST_CASE("a form without fields is text") {
  check_form("a+b%21", "<message type='chat'><body>a b!</body></message>");
}

TEST_CASE("on the path of a message a form without '=' is its body, as it was typed") {
  const Hints path{"message", "groupchat", "r@m"};
  for (const auto& [typed, body] :
       {std::pair("Backup failed", "Backup failed"), std::pair("R&D: 1+1 < 100%", "R&amp;D: 1+1 &lt; 100%"),
        std::pair("a%20b", "a%20b"), std::pair("\xE6\xBC\xA2", "\xE6\xBC\xA2")}) {
    CHECK(data(made(Format::form, typed, path)) ==
          data("<message type='groupchat' to='r@m'><body>" + std::string(body) + "</body></message>"));
  }
  CHECK(made(Format::form, "", path) == "400 the body is empty");
  CHECK(made(Format::form, "\xE9t\xE9", path) == "400 the text is not UTF-8");
}

TEST_CASE("on other paths a form without '=' is no form") {
  CHECK(made(Format::form, "away", {"presence", "available", "b@x"}) ==
        "400 the form has no field (name=value)");
  CHECK(made(Format::form, "ping", {"iq", "get", "b@x"}) == "400 the form has no field (name=value)");
}

TEST_CASE("a form is UTF-8 and has an end") {
  CHECK(made(Format::form, "body=%ff").substr(0, 4) == "400 ");
  std::string form = "body=x";
  for (size_t i = 1; i < kMaxFormFields; ++i) form += "&body=x";
  check_form(form, "<message><body>x</body></message>");
  CHECK(made(Format::form, form + "&body=x").substr(0, 4) == "400 ");
}

TEST_CASE("forms carry strings, numbers and what is true") {
  CHECK(encoded("<presence to='a b@x'><priority>5</priority><c "
                "xmlns='http://jabber.org/protocol/caps'/></presence>",
                {}, Format::form)
            .body == "kind=presence&priority=5&to=a+b%40x&type=available");
  CHECK(encoded("<iq type='get'><ping xmlns='urn:xmpp:ping'/></iq>", {}, Format::form).body ==
        "kind=iq&ping=&type=get");
}

TEST_CASE("text is a message's body or a presence's status") {
  CHECK(made(Format::text, "hi <b>") == "<message type='chat'><body>hi &lt;b&gt;</body></message>");
  CHECK(data(made(Format::text, "hi", {"message", "groupchat", "r@m"})) ==
        data("<message type='groupchat' to='r@m'><body>hi</body></message>"));
  CHECK(data(made(Format::text, "out", {"presence", "available", "b@x"})) ==
        data("<presence to='b@x'><status>out</status></presence>"));
  CHECK(made(Format::text, "x", {"iq", "get", "b@x"}).substr(0, 4) == "400 ");
  CHECK(made(Format::text, "\xff").substr(0, 4) == "400 ");
  CHECK(made(Format::text, std::string("a\0", 2)) == "422 /body: holds a character that XML cannot carry");
}

TEST_CASE("as text a stanza is its body") {
  CHECK(encoded("<message><subject>s</subject><body>b &lt;</body></message>", {}, Format::text).body ==
        "b <");
  CHECK(encoded("<presence/>", {}, Format::text).body.empty());
}

TEST_CASE("media types name formats, whatever their case and parameters") {
  CHECK(format_of("Application/JSON; charset=utf-8") == Format::json);
  CHECK(format_of("application/x-www-form-urlencoded") == Format::form);
  CHECK(format_of("application/cbor") == Format::cbor);
  CHECK(format_of("text/plain;charset=utf-8") == Format::text);
  CHECK_FALSE(format_of("text/html"));
  for (const Format format : kFormats) CHECK(format_of(media_type(format)) == format);
}
