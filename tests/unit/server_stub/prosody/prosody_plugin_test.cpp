// SPDX-License-Identifier: MIT
// A plugin as the module for Prosody has it, with the least plugin that there is.
#include "prosody/prosody_plugin.h"

#include "support/catch.h"

using namespace restanza::host;
using Offered = ProsodyPlugin::Offered;

namespace {

struct Inside {
  std::string error;
  std::unique_ptr<ProsodyPlugin> plugin;

  explicit Inside(const std::string& json = "{}", bool listens = true) {
    ProsodySettings settings;
    settings.library = HELLO_PLUGIN;
    settings.domain = "rest.localhost";
    settings.prefix = "/rest";
    settings.json = json;
    settings.version = "1.0";
    if (listens) settings.listen = {xp::host::Address{}};
    plugin = ProsodyPlugin::load(settings, error);
  }

  // The next item of this kind; what else has crossed before it is dropped.
  template <class Wanted>
  const Wanted* next() {
    for (;;) {
      const CrossingItem& item = plugin->next();
      if (const auto* wanted = std::get_if<Wanted>(&item)) return wanted;
      if (std::holds_alternative<std::monostate>(item)) return nullptr;
    }
  }

  // The type of the next stanza that crosses.
  std::string next_type() {
    const auto* stanza = next<FlatStanza>();
    if (!stanza) return "none";
    for (const FlatStanza::Step& step : stanza->steps()) {
      if (stanza->name(step) == "type") return std::string(stanza->value(step));
    }
    return "";
  }
};

const std::string kPing =
    "<iq type='get' id='1' from='a@x/r' to='rest.localhost'><ping xmlns='urn:xmpp:ping'/></iq>";
const std::string kOther =
    "<iq type='get' id='1' from='a@x/r' to='rest.localhost'><query xmlns='urn:other'/></iq>";

}  // namespace

TEST_CASE("inside Prosody a stanza is taken, and what the plugin sends crosses") {
  Inside given;
  REQUIRE(given.plugin);
  REQUIRE(given.plugin->start(given.error));
  CHECK_THAT(given.plugin->listening(), restanza::StartsWith("127.0.0.1:"));
  CHECK(given.plugin->offer(kPing, false, true) == Offered::taken);
  CHECK(given.next_type() == "result");
  CHECK(given.next_type() == "none");
  CHECK(given.plugin->offer("<iq", false, true) == Offered::invalid);
}

TEST_CASE("what is passed at once is answered where nobody else has a use for it, and else left alone") {
  Inside given;
  REQUIRE(given.plugin);
  REQUIRE(given.plugin->start(given.error));
  CHECK(given.plugin->offer(kOther, false, true) == Offered::passed);
  CHECK(given.next_type() == "error");
  CHECK(given.plugin->offer(kOther, false, false) == Offered::passed);
  CHECK(given.next_type() == "none");
}

TEST_CASE("a request that is handed over is answered by its number, and one for nobody is not taken") {
  Inside given("{}", false);
  REQUIRE(given.plugin);
  REQUIRE(given.plugin->start(given.error));
  const uint64_t number =
      given.plugin->request({"GET", "/rest/hello", "", "127.0.0.1", {{"host", "rest.localhost"}}, "", false});
  REQUIRE(number != 0);
  const auto* answer = given.next<HttpAnswer>();
  REQUIRE(answer != nullptr);
  CHECK(answer->request == number);
  CHECK(answer->code == 200);
  CHECK(answer->body == "Hello\n");
  given.plugin->client_left(number);  // late, which does no harm
  CHECK(given.plugin->request({"GET", "/other", "", "127.0.0.1", {}, "", false}) == 0);
}

TEST_CASE("the end of a drain crosses, and the plugin can then be ended") {
  Inside given;
  REQUIRE(given.plugin);
  REQUIRE(given.plugin->start(given.error));
  given.plugin->drain(std::chrono::milliseconds(0));
  CHECK(given.next<DrainDone>() != nullptr);
  CHECK(given.plugin->end());
  CHECK(given.plugin->end());
}

TEST_CASE("a plugin that cannot be made leaves nothing but the reason") {
  Inside given(R"({"unknown": true})");
  CHECK_FALSE(given.plugin);
  CHECK_FALSE(given.error.empty());
}
