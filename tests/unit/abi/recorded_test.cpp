// SPDX-License-Identifier: MIT
// What mod_rest was recorded doing with requests, through the border. Where the recording's server answered
// an iq, the fake host answers with the same stanza, so that the way there and the way back are both seen.
#include <algorithm>
#include <map>

#include "mapping/codec.h"
#include "support/vectors.h"
#include "unit/abi/loaded_plugin.h"
#include "xml/gate.h"
#include "xml/writer.h"

using namespace restanza;
using nlohmann::json;

namespace {

// What a case sends, without the id, which is generated. All others send nothing.
const std::map<std::string, std::string> kSent = {
    {"post.message",
     "<message from='rest.localhost' to='u@sink.localhost' type='chat'><body>x</body></message>"},
    {"post.message.noexist",
     "<message from='rest.localhost' to='u@nowhere.localhost'><body>x</body></message>"},
    {"post.presence", "<presence from='rest.localhost' to='u@sink.localhost'/>"},
    {"path.chat.text",
     "<message from='rest.localhost' to='bob@localhost' type='chat'><body>Hello</body></message>"},
    {"path.chat.json",
     "<message from='rest.localhost' to='bob@localhost' type='chat'><body>x</body></message>"},
    {"path.resource",
     "<message from='rest.localhost' to='bob@localhost/res' type='chat'><body>Hello</body></message>"},
};

// What a case asks of `localhost`: the one child of an iq get from the component.
const std::map<std::string, std::string> kAsked = {
    {"post.iq.ping", "<ping xmlns='urn:xmpp:ping'/>"},
    {"post.iq.ping.json", "<ping xmlns='urn:xmpp:ping'/>"},
    {"path.iq.ping", "<ping xmlns='urn:xmpp:ping'/>"},
    {"path.iq.version.path", "<query xmlns='jabber:iq:version'/>"},
    {"get.ping", "<ping xmlns='urn:xmpp:ping'/>"},
    {"get.version", "<query xmlns='jabber:iq:version'/>"},
    {"get.version.xml", "<query xmlns='jabber:iq:version'/>"},
    {"get.disco.xml", "<query xmlns='http://jabber.org/protocol/disco#info'/>"},
    {"get.items", "<query xmlns='http://jabber.org/protocol/disco#items'/>"},
    {"get.lastactivity", "<query xmlns='jabber:iq:last'/>"},
    {"get.lastactivity.xml", "<query xmlns='jabber:iq:last'/>"},
    {"get.extdisco.xml", "<services xmlns='urn:xmpp:extdisco:2'/>"},
    {"get.extdisco.type", "<services xmlns='urn:xmpp:extdisco:2' type='stun'/>"},
    {"get.stats", "<query xmlns='http://jabber.org/protocol/stats'/>"},
};

std::string body_of(const json& request) {
  if (!request.contains("body_repeat")) return bytes_of(request.value("body", ""));
  const json& repeat = request["body_repeat"];
  std::string body = repeat["prefix"];
  for (int i = 0; i < repeat["times"].get<int>(); ++i) body += repeat["unit"].get<std::string>();
  return body + repeat["suffix"].get<std::string>();
}

FakeHost::Request request_of(const json& recorded) {
  FakeHost::Request request;
  request.method = recorded["method"];
  request.path = recorded["path"];
  const size_t mark = request.path.find('?');
  if (mark != std::string::npos) {
    request.query = request.path.substr(mark + 1);
    request.path.erase(mark);
  }
  for (const auto& [header, key] :
       {std::pair("Content-Type", "content_type"), std::pair("Accept", "accept")}) {
    if (recorded.contains(key)) request.headers.emplace_back(header, recorded[key].get<std::string>());
  }
  if (recorded["authorized"]) request.headers.emplace_back("Authorization", basic("rest.localhost", kSecret));
  request.body = body_of(recorded);
  return request;
}

bool has_order(const json& request) {
  return request.value("content_type", "") == kXmppXml;
}

// The id of what was sent, whose rest is checked.
std::string check_sent(const std::string& sent, const std::string& wanted, bool ordered) {
  auto tree = xml_tree(sent);
  REQUIRE(tree);
  const std::string id = tree->attributes["id"];
  CHECK(id.size() == 24);
  tree->attributes.erase("id");
  CHECK(content(*tree, ordered) == content(*xml_tree(wanted), ordered));
  return id;
}

// The recorded answer as the stanza that it was, for the iq with this id.
std::string answer_stanza(const json& response, const std::string& id) {
  const auto format = mapping::format_of(response["content_type"].get<std::string>());
  const auto decoded = mapping::decode(*format, response["body"].get<std::string>(), {}, {});
  REQUIRE(decoded);
  CHECK(decoded->unmapped.empty());
  decoded->document.root().set_attribute("id", id);
  return xml::write(decoded->document.root());
}

// Texts of mod_rest's errors behind which ours go on to say what is wrong. The others are the same.
constexpr std::string_view kGoOn[] = {"Failed to parse payload", "Unsupported media type",
                                      "Invalid destination JID", "Invalid source JID"};
// The paths that do not exist have a text of their own.
constexpr std::string_view kNotFound = "Nothing is found at '/rest";

// The error's text, and mod_rest's in its place where ours is a good one.
std::string recorded_text(const std::string& text, const std::string& recorded) {
  const bool goes_on = std::find(std::begin(kGoOn), std::end(kGoOn), recorded) != std::end(kGoOn);
  const bool begins = text.size() > recorded.size() && text.compare(0, recorded.size(), recorded) == 0;
  const bool no_path = recorded == kGoOn[0] && text.rfind(kNotFound, 0) == 0;
  return goes_on && (begins || no_path) ? recorded : text;
}

// The same in a stream error.
std::string with_recorded_text(const std::string& got, const std::string& recorded) {
  const auto is = xml::parse(got);
  const auto wanted = xml::parse(recorded);
  constexpr const char* kNs = "urn:ietf:params:xml:ns:xmpp-streams";
  if (!is || !wanted || !is->root().child("text", kNs)) return got;
  const std::string said = wanted->root().child("text", kNs).text();
  const std::string text = recorded_text(is->root().child("text", kNs).text(), said);
  is->root().child("text", kNs).remove();
  is->root().add("text", kNs).add_text(text);
  return xml::write(is->root());
}

void check_json(const std::string& got, const std::string& recorded, const std::string& request) {
  json is = json::parse(got);
  json wanted = json::parse(recorded);
  const std::string id = wanted.value("id", "");
  if (id.size() == 24 && request.find('"' + id + '"') == std::string::npos) {
    CHECK(is["id"].get<std::string>().size() == 24);
    is["id"] = id;
  }
  if (wanted.value("type", "") == "error") {
    is["error"].erase("source");
    wanted["error"].erase("source");
    if (wanted["error"].contains("text"))
      is["error"]["text"] = recorded_text(is["error"].value("text", ""), wanted["error"]["text"]);
  }
  CHECK(is == wanted);
}

std::vector<std::string> sorted_fields(const std::string& form) {
  std::vector<std::string> fields;
  for (const auto field : split(form, '&')) fields.emplace_back(field);
  std::sort(fields.begin(), fields.end());
  return fields;
}

void check_challenge(const FakeHost::Response& response) {
  if (response.status == 401) CHECK(response.header("WWW-Authenticate").find("Basic") == 0);
}

void check_response(const FakeHost::Response& response, const json& wanted, const json& request) {
  CHECK(response.status == wanted["status"]);
  const std::string content_type = response.header("Content-Type");
  std::string type = wanted.value("content_type", "");
  // HTML is for those who ask for it by name.
  if (type == "text/html" && !request.contains("accept"))
    type = request.value("content_type", "") == kXmppXml ? kXmppXml : "application/json";
  CHECK(content_type.substr(0, content_type.find(';')) == type);
  if (!wanted.contains("body")) return check_challenge(response);
  if (type == "application/json") {
    check_json(response.body, wanted["body"], request.value("body", ""));
  } else if (type == kXmppXml) {
    check_stanza(with_recorded_text(response.body, wanted["body"]), wanted["body"], request.value("body", ""),
                 has_order(request));
  } else if (type == "application/x-www-form-urlencoded") {
    CHECK(sorted_fields(response.body) == sorted_fields(wanted["body"]));
  } else {
    FAIL("a body of another type is recorded: " << type);
  }
  check_challenge(response);
}

}  // namespace

TEST_CASE("requests are answered as recorded") {
  const auto cases = recorded(VECTORS "/rest.json");
  size_t ran = 0;
  size_t sending = 0;
  for (const json& one : cases) {
    const std::string name = one["name"];
    CAPTURE(name);
    const json& request = one["request"];
    LoadedPlugin loaded;
    const auto call = loaded.host.request(request_of(request));
    const auto sent = loaded.host.sent();
    const auto plain = kSent.find(name);
    const auto asked = kAsked.find(name);
    if (plain != kSent.end()) {
      REQUIRE(sent.size() == 1);
      const std::string id = check_sent(sent[0], plain->second, has_order(request));
      CHECK(loaded.host.now(call).value_or(FakeHost::Response()).header("Stanza-Id") == id);
      ++sending;
    } else if (asked != kAsked.end()) {
      REQUIRE(sent.size() == 1);
      const std::string id = check_sent(
          sent[0], "<iq from='rest.localhost' to='localhost' type='get'>" + asked->second + "</iq>",
          has_order(request));
      CHECK_FALSE(loaded.host.now(call));
      CHECK(loaded.host.offer(answer_stanza(one["response"], id)) == XP_CONSUME);
      ++sending;
    } else {
      CHECK(sent.empty());
    }
    const auto response = loaded.host.now(call);
    CHECK(response.has_value());
    if (response) check_response(*response, one["response"], request);
    ++ran;
  }
  CHECK(cases.size() == 162);
  CHECK(ran == cases.size());
  CHECK(sending == kSent.size() + kAsked.size());
}
