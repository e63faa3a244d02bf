// SPDX-License-Identifier: MIT
// Where we differ from mod_rest on purpose, case by case: what becomes of a webhook's answer.
#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>

#include "unit/abi/asking.h"
#include "unit/webhook/http_endpoint.h"
#include "webhook/settings/settings.h"

using namespace restanza;
using webhook::HttpEndpoint;

namespace {

const std::string kAddresses = " from='u@localhost/r' to='bot@rest.localhost'";
const std::string kReturn = " from='bot@rest.localhost' to='u@localhost/r'";
const std::string kPostedMessage = "<message type='chat' id='1'" + kAddresses + "><body>Hi</body></message>";
const std::string kIq = "<iq type='get' id='1'" + kAddresses + "><ping xmlns='urn:xmpp:ping'/></iq>";
const std::string kResult = "<iq type='result' id='1'" + kReturn + "/>";

std::string error_of(const std::string& type, const std::string& condition, const std::string& text) {
  const std::string ns = " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'";
  return "<error type='" + type + "'><" + condition + ns + "/><text" + ns + ">" + text + "</text></error>";
}
std::string message_error(const std::string& error) {
  return "<message type='error' id='1'" + kReturn + ">" + error + "</message>";
}
std::string iq_error(const std::string& error) {
  return "<iq type='error' id='1'" + kReturn + ">" + error + "</iq>";
}

struct Exchanged {
  size_t requests = 0;
  std::vector<std::string> replies;
  size_t warnings = 0;  // about the answer
};

// One stanza, and one answer by the webhook.
Exchanged exchanged(const std::string& xml, const std::string& response) {
  webhook::Collected<std::string> requests;
  HttpEndpoint endpoint(HttpEndpoint::each_request([&](const std::string& request) {
    requests.add(request);
    return response;
  }));
  LoadedPlugin loaded(callback_to(endpoint.url()));
  CHECK(loaded.host.offer(xml) == XP_CONSUME);
  loaded.end();
  Exchanged all{requests.now().size(), loaded.host.sent(), 0};
  for (const std::string& line : loaded.host.log()) {
    all.warnings += line.find("an endpoint's answer to ") != std::string::npos;
  }
  return all;
}

void check_one_reply(const std::string& asked, const std::string& response, const std::string& reply) {
  CAPTURE(asked, response);
  const Exchanged got = exchanged(asked, response);
  CHECK(got.requests == 1);
  REQUIRE(got.replies.size() == 1);
  CHECK(stanza(got.replies[0]) == stanza(reply));
}

}  // namespace

TEST_CASE(
    "a 2xx from a webhook with a body that is empty, unparseable, of another kind, or without children "
    "sends no reply, with a warning where there was a body; an iq gets an empty result") {
  for (const auto& [type, body] :
       {std::pair(kXmppXml, ""), std::pair(kXmppXml, "<message"), std::pair(kXmppXml, "<presence/>"),
        std::pair(kXmppXml, "<message/>"), std::pair(kJson, "{"), std::pair(kJson, R"({"kind":"message"})"),
        std::pair(kJson, R"({"kind":"presence","show":"away"})"),
        std::pair("text/html", "<html>ok</html>")}) {
    CAPTURE(type, body);
    const Exchanged got = exchanged(kPostedMessage, webhook::response(200, type, body));
    CHECK(got.requests == 1);
    CHECK(got.replies.empty());
    CHECK(got.warnings == (std::string(body).empty() ? 0 : 1));
  }
  for (const auto& [type, body] :
       {std::pair(kXmppXml, ""), std::pair(kXmppXml, "<message><body>x</body></message>"),
        std::pair(kJson, ""), std::pair(kText, "ok"), std::pair("text/html", "<html>ok</html>")}) {
    check_one_reply(kIq, webhook::response(200, type, body), kResult);
  }
}

TEST_CASE("an iq gets `internal-server-error` where XML or JSON was announced and is broken") {
  for (const auto& [type, body] :
       {std::pair(kXmppXml, "<iq"), std::pair(kJson, "{"), std::pair(kJson, R"({"version":7})")}) {
    check_one_reply(
        kIq, webhook::response(200, type, body),
        iq_error(error_of("cancel", "internal-server-error", "The endpoint's answer cannot be read")));
  }
}

TEST_CASE(
    "a webhook that answers 4xx or 5xx with text makes a stanza error; `<text/>` holds the first 1 KiB "
    "of a text/plain body, else the recorded phrase") {
  const std::string text(1024, 'x');
  for (const std::string& body : {std::string("Not today"), text, text + "y"}) {
    const std::string expected = body.substr(0, 1024);
    check_one_reply(kPostedMessage, webhook::response(403, "text/plain; charset=utf-8", body),
                    message_error(error_of("auth", "forbidden", expected)));
    check_one_reply(kIq, webhook::response(500, "text/plain", body),
                    iq_error(error_of("wait", "internal-server-error", expected)));
  }
  for (const auto& [type, body] : {std::pair(kText, ""), std::pair("text/html", "<p>Not today</p>"),
                                   std::pair(kJson, R"({"body":"Not today"})")}) {
    check_one_reply(kPostedMessage, webhook::response(403, type, body),
                    message_error(error_of("auth", "forbidden", "403 Forbidden")));
  }
}

TEST_CASE(
    "a webhook answers 2xx and the message asked for a receipt: `<received/>` in a message of its own, "
    "same type, for chat and normal messages with an id") {
  const std::string asks = "><body>Hi</body><request xmlns='urn:xmpp:receipts'/></message>";
  const std::string received = "<received xmlns='urn:xmpp:receipts' id='1'/></message>";
  for (const std::string type : {" type='chat'", " type='normal'", ""}) {
    CAPTURE(type);
    const auto got = exchanged("<message id='1'" + type + kAddresses + asks, webhook::response(204));
    REQUIRE(got.replies.size() == 1);
    auto receipt = *xml_tree(got.replies[0]);
    CHECK(receipt.attributes["id"].size() == 24);
    receipt.attributes.erase("id");
    CHECK(shown(receipt) == stanza("<message" + type + kReturn + ">" + received));
  }
  const auto with_reply = exchanged("<message id='1' type='chat'" + kAddresses + asks,
                                    webhook::response(200, kJson, R"({"type":"chat","body":"Hello"})"));
  REQUIRE(with_reply.replies.size() == 2);
  CHECK(with_reply.replies[0].find("<body>Hello</body>") != std::string::npos);
  CHECK(with_reply.replies[1].find(received) != std::string::npos);

  CHECK(exchanged("<message type='chat'" + kAddresses + asks, webhook::response(204)).replies.empty());
  CHECK(exchanged("<message id='1' type='headline'" + kAddresses + asks, webhook::response(204))
            .replies.empty());
  const auto refused = exchanged("<message id='1' type='chat'" + kAddresses + asks, webhook::response(404));
  REQUIRE(refused.replies.size() == 1);
  CHECK(refused.replies[0].find("<received") == std::string::npos);
}

TEST_CASE(
    "a webhook that is unreachable, or answers 408, 425, 429 or 5xx to a message: without retries one "
    "attempt is made and a stanza error says what happened") {
  for (const auto& [status, error] :
       {std::pair(408, error_of("wait", "remote-server-timeout", "408 Request Timeout")),
        std::pair(425, error_of("cancel", "undefined-condition", "425 Too Early")),
        std::pair(429, error_of("wait", "resource-constraint", "429 Too Many Requests")),
        std::pair(500, error_of("wait", "internal-server-error", "500 Internal Server Error")),
        std::pair(503, error_of("cancel", "service-unavailable", "503 Service Unavailable"))}) {
    check_one_reply(kPostedMessage, webhook::response(status), message_error(error));
  }
  std::string url;
  {
    const HttpEndpoint endpoint(HttpEndpoint::each_request([](const std::string&) { return std::string(); }));
    url = endpoint.url();
  }  // now nobody listens there
  LoadedPlugin loaded(callback_to(url));
  CHECK(loaded.host.offer(kPostedMessage) == XP_CONSUME);
  CHECK(loaded.host.offer(kIq) == XP_CONSUME);
  loaded.end();
  const std::string away = error_of("wait", "recipient-unavailable", "The endpoint cannot be reached");
  REQUIRE(loaded.host.sent().size() == 2);
  CHECK(stanza(loaded.host.sent()[0]) == stanza(message_error(away)));
  CHECK(stanza(loaded.host.sent()[1]) == stanza(iq_error(away)));
}

TEST_CASE("an iq gets `wait/remote-server-timeout` from a webhook that does not answer in time") {
  webhook::Door end;
  HttpEndpoint endpoint(HttpEndpoint::each_request([&](const std::string&) {
    end.pass();
    return webhook::response(204);
  }));
  LoadedPlugin loaded(callback_to(endpoint.url(), R"(, "rest_callback_timeout": 0.1)"));
  CHECK(loaded.host.offer(kIq) == XP_CONSUME);
  loaded.end();
  end.open();
  REQUIRE(loaded.host.sent().size() == 1);
  CHECK(stanza(loaded.host.sent()[0]) ==
        stanza(iq_error(error_of("wait", "remote-server-timeout", "The endpoint did not answer in time"))));
}

TEST_CASE(
    "a message whose webhook is away waits and is tried again; with `rest_callback_retry = false` it "
    "bounces") {
  const bool retry = GENERATE(true, false);
  std::atomic<int> posts{0};
  HttpEndpoint endpoint(HttpEndpoint::each_request(
      [&](const std::string&) { return ++posts == 1 ? webhook::response(503) : webhook::response(204); }));
  LoadedPlugin loaded(settings(R"(, "rest_callback_url": ")" + endpoint.url() +
                               R"(", "rest_callback_retry": )" + (retry ? "true" : "false")));
  CHECK(loaded.host.offer(kPostedMessage) == XP_CONSUME);
  const auto deadline = std::chrono::steady_clock::now() + webhook::kPatience;
  const auto over = [&] { return retry ? posts == 2 : !loaded.host.sent().empty(); };
  while (!over() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  CHECK(posts == (retry ? 2 : 1));
  CHECK(loaded.host.sent().size() == (retry ? 0 : 1));
}

TEST_CASE("a webhook's fan-out is bounded, in order within a conversation") {
  constexpr size_t kConversations = 20;
  constexpr size_t kEach = 5;
  const size_t most_allowed = webhook::Settings().max_connections;
  std::mutex mutex;
  webhook::Door full;  // opens once as many requests as allowed are there together
  size_t running = 0, most = 0;
  std::map<std::string, std::string> order;
  HttpEndpoint endpoint(HttpEndpoint::each_request([&](const std::string& request) {
    auto message = *xml_tree(request.substr(request.find("\r\n\r\n") + 4));
    {
      const std::lock_guard<std::mutex> lock(mutex);
      most = std::max(most, ++running);
      order[message.attributes["from"]] += message.attributes["id"];
      if (running == most_allowed) full.open();
    }
    full.pass();
    const std::lock_guard<std::mutex> lock(mutex);
    --running;
    return webhook::response(204);
  }));
  LoadedPlugin loaded(callback_to(endpoint.url()));
  for (size_t i = 0; i < kEach; ++i) {
    for (size_t who = 0; who < kConversations; ++who) {
      const std::string from = "u" + std::to_string(who) + "@localhost/r";
      REQUIRE(loaded.host.offer("<message type='chat' id='" + std::to_string(i) + "' from='" + from +
                                "' to='bot@rest.localhost'><body>Hi</body></message>") == XP_CONSUME);
    }
  }
  loaded.end();
  CHECK(most == most_allowed);
  REQUIRE(order.size() == kConversations);
  for (const auto& [from, ids] : order) CHECK(ids == "01234");
}

TEST_CASE("stanzas of type error and result are never answered") {
  for (const std::string& asked :
       {"<message type='error' id='1'" + kAddresses + "/>", "<iq type='error' id='1'" + kAddresses + "/>",
        "<iq type='result' id='1'" + kAddresses + "/>",
        "<presence type='error' id='1'" + kAddresses + "/>"}) {
    CAPTURE(asked);
    CHECK(exchanged(asked, webhook::response(200, kText, "Hello")).replies.empty());
    CHECK(exchanged(asked, webhook::response(500)).replies.empty());
  }
}

TEST_CASE(
    "a reply goes to the bare room address only when its own type is groupchat, and a room's reflection "
    "of the bot's own message is not forwarded") {
  const std::string said =
      "<message type='groupchat' id='1' from='room@muc.localhost/u' to='bot@rest.localhost'>"
      "<body>Hi</body></message>";
  const auto to_room =
      exchanged(said, webhook::response(200, kJson, R"({"type":"groupchat","body":"Hello"})"));
  REQUIRE(to_room.replies.size() == 1);
  CHECK(xml_tree(to_room.replies[0])->attributes["to"] == "room@muc.localhost");
  const auto private_reply =
      exchanged(said, webhook::response(200, kJson, R"({"type":"chat","body":"Hello"})"));
  REQUIRE(private_reply.replies.size() == 1);
  CHECK(xml_tree(private_reply.replies[0])->attributes["to"] == "room@muc.localhost/u");

  webhook::Collected<std::string> requests;
  HttpEndpoint endpoint(HttpEndpoint::each_request([&](const std::string& request) {
    requests.add(request);
    return webhook::response(200, kJson, R"({"type":"groupchat","body":"Hello"})");
  }));
  LoadedPlugin loaded(callback_to(endpoint.url()));
  CHECK(loaded.host.offer(said) == XP_CONSUME);
  const auto replies = loaded.host.wait_sent(1);
  REQUIRE(replies.size() == 1);
  const std::string id = xml_tree(replies[0])->attributes["id"];
  CHECK(loaded.host.offer(
            "<message type='groupchat' id='" + id +
            "' from='room@muc.localhost/bot' to='bot@rest.localhost'><body>Hello</body></message>") ==
        XP_CONSUME);
  loaded.end();
  CHECK(requests.now().size() == 1);
  CHECK(loaded.host.sent().size() == 1);
}

TEST_CASE("a reply in JSON without a kind answers an iq with the error that it holds") {
  check_one_reply(
      kIq,
      webhook::response(200, kJson, R"({"error": {"type": "auth", "condition": "forbidden", "text": "No"}})"),
      iq_error(error_of("auth", "forbidden", "No")));
}

TEST_CASE("in place of a reply that is larger than the host's largest stanza there is an error") {
  const std::string large(1000, 'x');
  HttpEndpoint endpoint(HttpEndpoint::each_request([&](const std::string& request) {
    const bool iq = request.find("<iq ") != std::string::npos;
    return webhook::response(
        200, kXmppXml,
        iq ? "<iq><a xmlns='urn:a'>" + large + "</a></iq>" : "<message><body>" + large + "</body></message>");
  }));
  FakeHost::Settings host;
  host.max_stanza = 900;
  LoadedPlugin loaded(callback_to(endpoint.url()), host);
  for (const std::string& asked : {kIq, kPostedMessage}) CHECK(loaded.host.offer(asked) == XP_CONSUME);
  loaded.end();
  const auto sent = loaded.host.sent();
  REQUIRE(sent.size() == 2);
  for (const std::string& each : sent) {
    CHECK(each.find("type='error'") != std::string::npos);
    CHECK(each.find("larger than the server takes") != std::string::npos);
  }
}
