// SPDX-License-Identifier: MIT
// Stanzas that the host acknowledges only once they are safe: the plugin says when they are.
#include "support/catch.h"
#include "unit/abi/loaded_plugin.h"
#include "unit/webhook/http_endpoint.h"

using namespace restanza;

namespace {

constexpr const char* kForTheBot =
    "<message id='1' type='chat' from='alice@localhost/r' to='bot@rest.localhost'><body>x</body></message>";

FakeHost::Settings keeping_host() {
  FakeHost::Settings place;
  place.keeps = true;
  return place;
}

struct Answering {
  webhook::HttpEndpoint endpoint{webhook::HttpEndpoint::each_request([](const std::string&) {
    return webhook::response(200, kXmppXml, "<message><body>x</body></message>");
  })};
  std::string settings() { return callback_to(endpoint.url()); }
};

}  // namespace

TEST_CASE("a message for an endpoint is kept, and the host hears once that it is committed") {
  Answering answering;
  LoadedPlugin loaded(answering.settings(), keeping_host());
  CHECK(loaded.host.offer(kForTheBot) == XP_KEEPING);
  CHECK(loaded.host.wait_settled(1) == std::vector<int32_t>{XP_CONSUME});
  CHECK(loaded.host.offer(kForTheBot) == XP_KEEPING);
  loaded.end();
  CHECK(loaded.host.wait_settled(2).size() == 2);
}

TEST_CASE("what needs no keeping is taken or passed at once") {
  LoadedPlugin loaded(settings(), keeping_host());
  CHECK(loaded.host.offer(kForTheBot) == XP_PASS);
  const auto asked = loaded.host.request(loaded.ping("1"));
  CHECK(loaded.host.offer(loaded.pong("1")) == XP_CONSUME);
  CHECK(loaded.host.wait(asked)->status == 200);
}

TEST_CASE("a host that does not ask for it, or does not know how, gets the verdict of version 1.0") {
  Answering answering;
  FakeHost::Settings unaware = keeping_host();
  unaware.knows_newer = false;
  for (const FakeHost::Settings& place : {FakeHost::Settings(), unaware}) {
    LoadedPlugin loaded(answering.settings(), place);
    CHECK(loaded.host.offer(kForTheBot) == XP_CONSUME);
  }
}
