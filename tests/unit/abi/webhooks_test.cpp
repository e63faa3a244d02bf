// SPDX-License-Identifier: MIT
// Stanzas through the hook to a webhook on loopback and back, and how that ends when the instance does.
#include "unit/abi/loaded_plugin.h"
#include "unit/webhook/http_endpoint.h"

using namespace restanza;
using namespace std::chrono_literals;
using webhook::Door;
using webhook::HttpEndpoint;

namespace {

constexpr const char* kWebhookAsked =
    "<message type='chat' id='1' from='u@localhost/r' to='bot@rest.localhost'><body>Hi</body></message>";

HttpEndpoint::Connection answering(const std::string& xml) {
  return HttpEndpoint::each_request(
      [xml](const std::string&) { return webhook::response(200, kXmppXml, xml); });
}

// Says nothing until the gate opens; then the answer.
HttpEndpoint::Connection answering_behind(Door& asked, Door& gate, const std::string& xml) {
  return HttpEndpoint::each_request([&asked, &gate, xml](const std::string&) {
    asked.open();
    gate.pass();
    return webhook::response(200, kXmppXml, xml);
  });
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("without a webhook stanzas are not for the plugin") {
  LoadedPlugin loaded;
  CHECK(loaded.host.offer(kWebhookAsked) == XP_PASS);
}

TEST_CASE("the settings choose which stanzas the webhook gets") {
  HttpEndpoint endpoint(
      HttpEndpoint::each_request([](const std::string&) { return webhook::response(204); }));
  LoadedPlugin loaded(callback_to(
      endpoint.url(), R"(, "rest_callback_stanzas": ["message"], "rest_callback_events": ["bare"])"));
  CHECK(loaded.host.offer(kWebhookAsked) == XP_CONSUME);
  CHECK(loaded.host.offer("<message from='u@localhost' to='bot@rest.localhost/r'/>") == XP_PASS);
  CHECK(loaded.host.offer("<message from='u@localhost' to='rest.localhost'/>") == XP_PASS);
  CHECK(loaded.host.offer("<message from='u@localhost' to='bot@elsewhere'/>") == XP_PASS);
  CHECK(loaded.host.offer("<presence from='u@localhost' to='bot@rest.localhost'/>") == XP_PASS);
  CHECK(loaded.host.offer("<iq type='get' id='1' from='u@localhost' to='bot@rest.localhost'/>") == XP_PASS);
}

TEST_CASE("an iq posted to a bot at the own domain is answered by the bot's webhook") {
  HttpEndpoint endpoint(answering("<iq><pong xmlns='urn:x'/></iq>"));
  LoadedPlugin loaded(callback_to(endpoint.url()));
  loaded.host.on_send([&](const std::string& xml) {
    // What a host does with a stanza for the plugin's own domain.
    CHECK(loaded.host.offer(xml, XP_INJECTED) == XP_CONSUME);
    return XP_OK;
  });
  const auto response = loaded.host.ask(
      loaded.post("<iq type='get' id='1' to='bot@rest.localhost'><ping xmlns='urn:xmpp:ping'/></iq>"));
  CHECK(response.status == 200);
  CHECK(holds(response.body, "<pong"));
  CHECK(loaded.host.sent().size() == 1);
}

TEST_CASE("a drain waits for the webhook that runs, and for its reply") {
  Door asked, gate;
  HttpEndpoint endpoint(answering_behind(asked, gate, "<message><body>late</body></message>"));
  LoadedPlugin loaded(callback_to(endpoint.url()));
  REQUIRE(loaded.host.offer(kWebhookAsked) == XP_CONSUME);
  REQUIRE(asked.pass());
  loaded.host.drain(20s);
  CHECK(loaded.host.done_count() == 0);
  CHECK(loaded.host.offer(kWebhookAsked) == XP_PASS);
  gate.open();
  REQUIRE(loaded.host.wait_done());
  REQUIRE(loaded.host.sent().size() == 1);
  CHECK(holds(loaded.host.sent()[0], "<body>late</body>"));
}

TEST_CASE("a drain without time breaks the webhook off, and whoever asked hears of it") {
  Door asked, gate;
  HttpEndpoint endpoint(answering_behind(asked, gate, "<message/>"));
  LoadedPlugin loaded(callback_to(endpoint.url()));
  REQUIRE(loaded.host.offer(kWebhookAsked) == XP_CONSUME);
  REQUIRE(asked.pass());
  loaded.host.drain(0ms);
  CHECK(loaded.host.wait_done());
  loaded.host.destroy();
  gate.open();
  REQUIRE(loaded.host.sent().size() == 1);
  CHECK(holds(loaded.host.sent()[0], "<recipient-unavailable"));
}

TEST_CASE("a reply that the host has no room for waits, and a drain waits for it") {
  HttpEndpoint endpoint(answering("<message><body>x</body></message>"));
  LoadedPlugin loaded(callback_to(endpoint.url()));
  webhook::Collected<std::string> tried;
  loaded.host.on_send([&](const std::string& xml) {
    tried.add(xml);
    return XP_WOULD_BLOCK;
  });
  REQUIRE(loaded.host.offer(kWebhookAsked) == XP_CONSUME);
  REQUIRE(tried.wait(1).size() == 1);
  loaded.host.drain(20s);
  REQUIRE(loaded.host.wait_retries(1));
  CHECK(loaded.host.done_count() == 0);
  loaded.host.on_send(nullptr);
  loaded.host.writable();
  CHECK(loaded.host.wait_done());
  CHECK(loaded.host.sent().size() == 1);
}

TEST_CASE("a reply that waits beyond the end is given back, told or untold") {
  for (const bool told : {true, false}) {
    CAPTURE(told);
    HttpEndpoint endpoint(answering("<message><body>x</body></message>"));
    LoadedPlugin loaded(callback_to(endpoint.url()));
    loaded.host.on_send([](const std::string&) { return XP_WOULD_BLOCK; });
    REQUIRE(loaded.host.offer(kWebhookAsked) == XP_CONSUME);
    REQUIRE(loaded.host.wait_retries(1));
    loaded.host.drain(0ms);
    CHECK(loaded.host.wait_done());
    loaded.host.destroy();
    CHECK(loaded.host.contexts() == 1);
    if (told) {
      loaded.host.writable();
    } else {
      loaded.host.drop_retries();
    }
    CHECK(loaded.host.contexts() == 0);
    CHECK(loaded.host.sent().empty());
  }
}

TEST_CASE("what the webhook's queue cannot hold is refused, an iq and a message with an error") {
  Door asked, gate;
  HttpEndpoint endpoint(answering_behind(asked, gate, "<message/>"));
  constexpr size_t kMaxQueued = 50;
  LoadedPlugin loaded(
      settings(R"(, "rest_callbacks": [{"name": "bot", "retry": false, "max_queued": 50, "url": ")" +
               endpoint.url() + "\"}]"));
  for (size_t i = 0; i < kMaxQueued; ++i) REQUIRE(loaded.host.offer(kWebhookAsked) == XP_CONSUME);
  REQUIRE(asked.pass());  // one is at work, and those behind it in its conversation wait
  CHECK(loaded.host.sent().empty());
  const std::string addresses = " from='u@localhost/r' to='bot@rest.localhost'";
  for (const std::string& refused : {"<message type='chat' id='a'" + addresses + "/>",
                                     "<iq type='get' id='b'" + addresses + "><q xmlns='u'/></iq>"}) {
    CHECK(loaded.host.offer(refused) == XP_CONSUME);
    CHECK(holds(loaded.host.sent().back(), "<resource-constraint"));
    CHECK(holds(loaded.host.sent().back(), "type='wait'"));
  }
  for (const std::string& dropped :
       {"<message type='groupchat' id='c'" + addresses + "/>",
        "<message type='error' id='d'" + addresses + "/>", "<presence id='e'" + addresses + "/>",
        "<iq type='result' id='f'" + addresses + "/>"}) {
    CHECK(loaded.host.offer(dropped) == XP_CONSUME);
  }
  CHECK(loaded.host.sent().size() == 2);
  loaded.host.drain(0ms);
  CHECK(loaded.host.wait_done());
  CHECK(loaded.host.sent().size() == 2 + kMaxQueued);
  gate.open();
}
