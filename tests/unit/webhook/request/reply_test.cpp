// SPDX-License-Identifier: MIT
#include "webhook/request/reply.h"

#include "support/catch.h"
#include "unit/webhook/outcomes.h"
#include "webhook/request/status_error.h"
#include "xml/gate.h"

using namespace restanza;
using namespace restanza::webhook;

namespace {

const std::string kRepliedTo =
    "<message type='chat' id='ID1' from='u@localhost/r' to='bot@rest.localhost'><body>Hi</body></message>";
const std::string kRepliedToIq =
    "<iq type='get' id='ID1' from='u@localhost/r' to='bot@rest.localhost/x'><ping "
    "xmlns='urn:xmpp:ping'/></iq>";
constexpr const char* kXml = "application/xmpp+xml";

Answer answer(const std::string& xml, const Outcome& outcome) {
  return answer_to(*xmpp::parse_stanza(xml), outcome, {});
}

std::string error_text(const Answer& answer) {
  const auto document = xml::parse(answer.stanzas.at(0).xml);
  return document->root()
      .child("error", xml::kContentNamespace)
      .child("text", "urn:ietf:params:xml:ns:xmpp-stanzas")
      .text();
}

}  // namespace

TEST_CASE("an answer's own addresses and other attributes do not get through") {
  const auto got =
      answer(kRepliedTo, answered(200, "application/xmpp+xml; charset=utf-8",
                                  "<message xmlns='jabber:client' from='evil@x' to='y@z' id='mine' "
                                  "type='normal' xml:lang='sv' xmlns:e='urn:e' e:x='1' y='2'>"
                                  "<body>a</body><e:c/></message>"));
  REQUIRE(got.stanzas.size() == 1);
  CHECK(got.warning.empty());
  CHECK(got.stanzas[0].xml ==
        "<message from='bot@rest.localhost' to='u@localhost/r' id='mine' type='normal' xml:lang='sv'>"
        "<body>a</body><c xmlns='urn:e'/></message>");
}

TEST_CASE("a message without an id gets one of its own") {
  const auto one = answer(kRepliedTo, answered(200, kXml, "<message><body>a</body></message>"));
  const auto two = answer(kRepliedTo, answered(200, kXml, "<message id=''><body>a</body></message>"));
  REQUIRE(one.stanzas.size() == 1);
  REQUIRE(two.stanzas.size() == 1);
  CHECK(one.stanzas[0].id.size() == 24);
  CHECK(two.stanzas[0].id.size() == 24);
  CHECK(one.stanzas[0].id != two.stanzas[0].id);
  CHECK(one.stanzas[0].type.empty());
}

TEST_CASE("an error child without a type makes an error, which carries the request's id") {
  const std::string error =
      "<error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
  const auto message = answer(kRepliedTo, answered(200, kXml, "<message id='z'>" + error + "</message>"));
  CHECK(message.stanzas.at(0).xml ==
        "<message from='bot@rest.localhost' to='u@localhost/r' id='ID1' "
        "type='error'>" +
            error + "</message>");
  const auto iq = answer(kRepliedToIq, answered(200, kXml, "<iq>" + error + "</iq>"));
  CHECK(iq.stanzas.at(0).type == "error");
  CHECK(iq.stanzas.at(0).id == "ID1");
}

TEST_CASE("an iq is answered by a result with its id, whatever the answer calls itself") {
  const auto got = answer(kRepliedToIq, answered(200, kXml, "<iq type='set' id='2'><a xmlns='urn:a'/></iq>"));
  CHECK(got.stanzas.at(0).xml ==
        "<iq from='bot@rest.localhost/x' to='u@localhost/r' id='ID1' type='result'><a xmlns='urn:a'/></iq>");
}

TEST_CASE("only a groupchat reply goes to the room itself") {
  const std::string said =
      "<message type='groupchat' id='1' from='room@muc.localhost/ann' to='bot@rest.localhost'>"
      "<body>hi</body></message>";
  const auto to_room =
      answer(said, answered(200, kXml, "<message type='groupchat'><body>a</body></message>"));
  CHECK(to_room.stanzas.at(0).to == "room@muc.localhost");
  const auto to_one = answer(said, answered(200, kXml, "<message type='chat'><body>a</body></message>"));
  CHECK(to_one.stanzas.at(0).to == "room@muc.localhost/ann");
  const auto untyped = answer(said, answered(200, kXml, "<message><body>a</body></message>"));
  CHECK(untyped.stanzas.at(0).to == "room@muc.localhost/ann");
}

TEST_CASE("an answer that is no reply to a message is accepted, with a warning where there was a body") {
  const auto check = [](const Outcome& outcome, bool warned) {
    CAPTURE(outcome.status, outcome.content_type, outcome.body);
    const auto got = answer(kRepliedTo, outcome);
    CHECK(got.stanzas.empty());
    CHECK(got.warning.empty() != warned);
  };
  check(answered(200), false);
  check(answered(200, kXml, ""), false);
  check(answered(200, "text/html", " \n"), false);
  check(answered(202, kXml, kRepliedTo), false);
  check(answered(204), false);
  check(answered(200, kXml, "<message/>"), true);
  check(answered(200, kXml, "<message>text only</message>"), true);
  check(answered(200, kXml, "<message><body>"), true);
  check(answered(200, kXml, "<presence><show>away</show></presence>"), true);
  check(answered(200, kXml, "<message xmlns='urn:other'><body>a</body></message>"), true);
  check(answered(200, kXml, "<!DOCTYPE m [<!ENTITY e 'x'>]><message><body>&e;</body></message>"), true);
  check(answered(200, "text/html", "<h1>It works</h1>"), true);
  check(answered(200, "", "ok"), true);
  Outcome truncated = answered(200, kXml, "<message><body>a</body></message>");
  truncated.truncated = true;
  check(truncated, true);
}

TEST_CASE("a warning is a short text, whatever the answer calls its type") {
  for (const std::string& type : {std::string("x/\xFF"), std::string("x/\x1B[2J"), std::string(5000, 'x')}) {
    const auto got = answer(kRepliedTo, answered(200, type, "ok"));
    CHECK(xml::representable(got.warning));
    CHECK(got.warning.size() < 500);
    CHECK(got.warning.size() > 50);
  }
}

TEST_CASE("an iq always gets an answer") {
  const std::string empty = "<iq type='result' id='ID1' from='bot@rest.localhost/x' to='u@localhost/r'/>";
  for (const Outcome& outcome : {answered(200), answered(202, kXml, "<iq><x xmlns='x'/></iq>"), answered(204),
                                 answered(200, "text/html", "<h1>It works</h1>"),
                                 answered(200, kXml, "<message><body>a</body></message>")}) {
    CAPTURE(outcome.status, outcome.content_type, outcome.body);
    CHECK(answer(kRepliedToIq, outcome).stanzas.at(0).xml == empty);
  }
  for (const Outcome& outcome :
       {answered(200, kXml, "<iq"), answered(200, "Application/JSON; charset=utf-8", "{")}) {
    CAPTURE(outcome.content_type, outcome.body);
    const auto got = answer(kRepliedToIq, outcome);
    CHECK(got.stanzas.at(0).type == "error");
    CHECK_THAT(got.stanzas.at(0).xml, Contains("<internal-server-error "));
    CHECK_FALSE(got.warning.empty());
  }
}

TEST_CASE("a presence may be answered by one without children") {
  const std::string subscribe =
      "<presence type='subscribe' id='1' from='u@localhost' to='bot@rest.localhost'/>";
  const auto got = answer(subscribe, answered(200, kXml, "<presence type='subscribed' id='2'/>"));
  CHECK(got.stanzas.at(0).xml ==
        "<presence from='bot@rest.localhost' to='u@localhost' id='2' type='subscribed'/>");
  CHECK(answer(subscribe, answered(200)).stanzas.empty());
}

TEST_CASE("without a kind, a reply in JSON has the kind of what it answers") {
  const std::string error = R"({"error": {"type": "auth", "condition": "forbidden", "text": "No"}})";
  const std::string presence =
      "<presence type='subscribe' id='ID1' from='u@localhost' to='bot@rest.localhost'/>";
  for (const std::string& stanza : {kRepliedToIq, kRepliedTo, presence}) {
    CAPTURE(stanza);
    const auto got = answer(stanza, answered(200, "application/json", error));
    REQUIRE(got.stanzas.size() == 1);
    CHECK(got.warning.empty());
    CHECK(got.stanzas[0].kind == xmpp::parse_stanza(stanza)->kind);
    CHECK(got.stanzas[0].type == "error");
    CHECK(got.stanzas[0].id == "ID1");
    CHECK_THAT(got.stanzas[0].xml, Contains("<forbidden "));
    CHECK(error_text(got) == "No");
  }
  for (const char* body :
       {R"({"gateway": {"jid": "a@b"}})", R"({"type": "result", "gateway": {"jid": "a@b"}})",
        R"({"gateway": {"jid": "a@b"}, "foo": 1})", R"({"kind": "iq", "gateway": {"jid": "a@b"}})"}) {
    const auto got = answer(kRepliedToIq, answered(200, "application/json", body));
    CHECK(got.stanzas.at(0).xml ==
          "<iq from='bot@rest.localhost/x' to='u@localhost/r' id='ID1' type='result'><query "
          "xmlns='jabber:iq:gateway'><jid>a@b</jid></query></iq>");
  }
  const auto nick = answer(presence, answered(200, "application/json", R"({"nick": "Bot"})"));
  CHECK_THAT(nick.stanzas.at(0).xml, Contains("<presence ") && Contains("<nick "));
  const auto form = answer(kRepliedToIq, answered(200, "application/x-www-form-urlencoded", "ping=1"));
  CHECK_THAT(form.stanzas.at(0).xml, Contains("<ping "));
}

TEST_CASE("a reply in JSON that means another kind, or no stanza at all, does not become one") {
  for (const char* body : {R"({"ok": true})", R"({"body": "x"})", R"({"type": "chat", "error": {}})",
                           R"({"kind": "message", "error": {"condition": "gone"}})"}) {
    CAPTURE(body);
    const auto got = answer(kRepliedToIq, answered(200, "application/json", body));
    CHECK(got.stanzas.at(0).xml ==
          "<iq type='result' id='ID1' from='bot@rest.localhost/x' to='u@localhost/r'/>");
    CHECK_THAT(got.warning, Contains("is of another kind"));
  }
  const std::string presence = "<presence id='1' from='u@localhost' to='bot@rest.localhost'/>";
  for (const char* body : {R"({"ok": true})", R"({"body": "x"})", R"({"type": "chat"})"}) {
    CAPTURE(body);
    CHECK(answer(presence, answered(200, "application/json", body)).stanzas.empty());
  }
}

TEST_CASE("in place of a reply that is larger than the server takes there is an error, and it is said why") {
  const std::string asked =
      "<message type='chat' id='ID1' from='u@localhost/r' to='bot@rest.localhost'><body>Hi</body>"
      "<request xmlns='urn:xmpp:receipts'/></message>";
  const std::string room =
      "<message type='groupchat' id='ID1' from='room@muc/ann' "
      "to='bot@rest.localhost'><body>Hi</body></message>";
  const std::string presence = "<presence id='ID1' from='u@localhost' to='bot@rest.localhost'/>";
  struct Case {
    std::string asked, reply;
    size_t at_limit, past;  // stanzas
  };
  for (const Case& c : {Case{kRepliedToIq, "<iq><a xmlns='urn:a'>x</a></iq>", 1, 1},
                        Case{asked, "<message id='2'><body>x</body></message>", 2, 1},
                        Case{room, "<message id='2'><body>x</body></message>", 1, 0},
                        Case{presence, "<presence id='2'><show>away</show></presence>", 1, 0}}) {
    CAPTURE(c.asked);
    const Outcome outcome = answered(200, kXml, c.reply);
    const auto stanza = *xmpp::parse_stanza(c.asked);
    const size_t size = answer_to(stanza, outcome, {}).stanzas.at(0).xml.size();
    const auto fits = answer_to(stanza, outcome, {}, size);
    CHECK(fits.stanzas.size() == c.at_limit);
    CHECK(fits.unsent.empty());
    CHECK(fits.warning.empty());
    const auto past = answer_to(stanza, outcome, {}, size - 1);
    CHECK(past.unsent == "its reply is a stanza of " + std::to_string(size) +
                             " bytes, and the server takes at most " + std::to_string(size - 1));
    CHECK_THAT(past.warning, Contains(past.unsent));
    REQUIRE(past.stanzas.size() == c.past);
    if (c.past == 0) continue;
    CHECK(past.stanzas[0].type == "error");
    CHECK(past.stanzas[0].id == "ID1");
    CHECK(error_text(past) == "The endpoint's answer is larger than the server takes");
  }
}

TEST_CASE("an answer that could not be unpacked is no reply, and the warning says why") {
  Outcome outcome = answered(200, "application/json", "packed");
  outcome.unreadable = "has the Content-Encoding 'zstd', which is not known here";
  CHECK(answer(kRepliedTo, outcome).stanzas.empty());
  CHECK_THAT(answer(kRepliedTo, outcome).warning, Contains(outcome.unreadable));
  CHECK(answer(kRepliedToIq, outcome).stanzas.at(0).type == "error");
  Outcome refused = answered(403, "text/plain", "packed");
  refused.unreadable = outcome.unreadable;
  CHECK(error_text(answer(kRepliedTo, refused)) == "403 Forbidden");
}

TEST_CASE("errors and results are never answered") {
  for (const std::string xml :
       {"<message type='error' from='a' to='b' id='1'><body>x</body></message>",
        "<iq type='result' from='a' to='b' id='1'/>", "<iq type='error' from='a' to='b' id='1'/>",
        "<presence type='error' from='a' to='b'/>",
        "<message type='result' from='a' to='b' id='1'><body>x</body></message>"}) {
    CAPTURE(xml);
    CHECK(answer(xml, answered(200, kXml, kRepliedTo)).stanzas.empty());
    CHECK(answer(xml, answered(500)).stanzas.empty());
    CHECK(answer(xml, ended(Outcome::End::unreachable)).stanzas.empty());
    CHECK(answer(xml, ended(Outcome::End::timeout)).stanzas.empty());
  }
}

TEST_CASE("a webhook that gives no answer is a stanza error") {
  const std::string head =
      "<message type='error' id='ID1' from='bot@rest.localhost' to='u@localhost/r'><error type='wait'>";
  for (const auto end : {Outcome::End::unreachable, Outcome::End::aborted}) {
    CHECK(answer(kRepliedTo, ended(end)).stanzas.at(0).xml ==
          head +
              "<recipient-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
              "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>The endpoint cannot be reached</text>"
              "</error></message>");
  }
  CHECK(answer(kRepliedTo, ended(Outcome::End::timeout)).stanzas.at(0).xml ==
        head +
            "<remote-server-timeout xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
            "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>The endpoint did not answer in time</text>"
            "</error></message>");
}

TEST_CASE("a room does not hear that the webhook is away, since it would remove the bot") {
  const std::string said = "<message type='groupchat' id='1' from='room@muc/ann' to='bot@rest.localhost'/>";
  CHECK(answer(said, ended(Outcome::End::unreachable)).stanzas.empty());
  CHECK(answer(said, ended(Outcome::End::timeout)).stanzas.empty());
  CHECK(answer(said, answered(403)).stanzas.empty());
}

TEST_CASE("a plain text becomes the error's text") {
  CHECK(error_text(answer(kRepliedTo, answered(403, "text/plain; charset=utf-8", "Members only\n"))) ==
        "Members only");
  CHECK(error_text(answer(kRepliedTo, answered(403, "text/plain", "  \n"))) == "403 Forbidden");
  CHECK(error_text(answer(kRepliedTo, answered(403, "text/plain", "\xFF"))) == "403 Forbidden");
  CHECK(error_text(answer(kRepliedTo, answered(403, "text/plain", "a\x01"))) == "403 Forbidden");
  CHECK(error_text(answer(kRepliedTo, answered(403, "text/html", "<p>no</p>"))) == "403 Forbidden");
  CHECK(error_text(answer(kRepliedToIq, answered(403, kXml, "<iq/>"))) == "403 Forbidden");
}

TEST_CASE("an error's text is cut at its limit, between characters") {
  const std::string exact(kMaxErrorText, 'x');
  CHECK(error_text(answer(kRepliedTo, answered(500, "text/plain", exact))) == exact);
  CHECK(error_text(answer(kRepliedTo, answered(500, "text/plain", exact + "y"))) == exact);
  const std::string emoji = std::string(kMaxErrorText - 3, 'x') + "\xF0\x9F\x8E\x89";
  CHECK(error_text(answer(kRepliedTo, answered(500, "text/plain", emoji))) ==
        std::string(kMaxErrorText - 3, 'x'));
}

TEST_CASE("every status that is no success has its error") {
  struct Case {
    int status;
    const char* type;
    const char* condition;
    const char* text;
  };
  for (const Case& c : std::initializer_list<Case>{
           {304, "cancel", "undefined-condition", "304 Not Modified"},
           {407, "auth", "registration-required", "407 Proxy Authentication Required"},
           {411, "modify", "bad-request", "411 Length Required"},
           {412, "cancel", "conflict", "412 Precondition Failed"},
           {414, "modify", "resource-constraint", "414 URI Too Long"},
           {416, "modify", "bad-request", "416 Range Not Satisfiable"},
           {418, "cancel", "undefined-condition", "418 I'm a teapot"},
           {422, "modify", "bad-request", "422 Unprocessable Content"},
           {424, "cancel", "undefined-condition", "424 Failed Dependency"},
           {425, "cancel", "undefined-condition", "425 Too Early"},
           {426, "cancel", "undefined-condition", "426 Upgrade Required"},
           {428, "cancel", "undefined-condition", "428 Precondition Required"},
           {431, "modify", "resource-constraint", "431 Request Header Fields Too Large"},
           {451, "auth", "forbidden", "451 Unavailable For Legal Reasons"},
           {505, "cancel", "undefined-condition", "505 HTTP Version Not Supported"},
           {507, "wait", "resource-constraint", "507 Insufficient Storage"},
           {511, "auth", "not-authorized", "511 Network Authentication Required"},
           {306, "cancel", "undefined-condition", "306 Unassigned"},
           {430, "cancel", "undefined-condition", "430 Unassigned"},
           {999, "cancel", "undefined-condition", "999 Unassigned"},
       }) {
    CAPTURE(c.status);
    const auto error = error_for_status(c.status);
    CHECK(error.type == c.type);
    CHECK(error.condition == c.condition);
    CHECK(error.text == c.text);
  }
}

TEST_CASE("a delivery receipt is given for what the webhook has taken, in a message of its own") {
  const std::string asked = "<request xmlns='urn:xmpp:receipts'/><body>Hi</body></message>";
  const std::string chat =
      "<message type='chat' id='ID1' from='u@localhost/r' to='bot@rest.localhost'>" + asked;
  for (const int status : {200, 202, 204}) {
    const auto got = answer(chat, answered(status));
    REQUIRE(got.stanzas.size() == 1);
    const auto& receipt = got.stanzas[0];
    CHECK(receipt.id.size() == 24);
    CHECK(receipt.xml == "<message from='bot@rest.localhost' to='u@localhost/r' id='" + receipt.id +
                             "' type='chat'><received xmlns='urn:xmpp:receipts' id='ID1'/></message>");
  }
  const auto both = answer(chat, answered(200, kXml, "<message type='chat'><body>a</body></message>"));
  REQUIRE(both.stanzas.size() == 2);
  CHECK(both.stanzas[0].id != both.stanzas[1].id);
  CHECK_THAT(both.stanzas[1].xml, Contains("<received "));

  const auto normal =
      answer("<message id='ID1' from='a@b/c' to='bot@rest.localhost'>" + asked, answered(204));
  CHECK(normal.stanzas.at(0).type.empty());
}

TEST_CASE("no receipt where none is due") {
  const std::string asked = "<request xmlns='urn:xmpp:receipts'/></message>";
  const std::string chat =
      "<message type='chat' id='ID1' from='u@localhost/r' to='bot@rest.localhost'>" + asked;
  CHECK(answer("<message type='chat' from='a@b' to='c@d'>" + asked, answered(204)).stanzas.empty());
  CHECK(answer("<message type='groupchat' id='1' from='a@b/n' to='c@d'>" + asked, answered(204))
            .stanzas.empty());
  CHECK(answer("<message type='headline' id='1' from='a@b/n' to='c@d'>" + asked, answered(204))
            .stanzas.empty());
  CHECK(answer("<message type='error' id='1' from='a@b/n' to='c@d'>" + asked, answered(204)).stanzas.empty());
  CHECK(answer("<message id='1' from='a@b' to='c@d'><body>urn:xmpp:receipts</body></message>", answered(204))
            .stanzas.empty());
  const auto refused = answer(chat, answered(403));
  REQUIRE(refused.stanzas.size() == 1);
  CHECK(refused.stanzas[0].type == "error");
  CHECK(answer(chat, ended(Outcome::End::unreachable)).stanzas.size() == 1);
  const auto own =
      answer(chat, answered(200, kXml, "<message><received xmlns='urn:xmpp:receipts' id='ID1'/></message>"));
  CHECK(own.stanzas.size() == 1);
}
