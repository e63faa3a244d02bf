// SPDX-License-Identifier: MIT
// What a host of version 1.0 lacks: the plugin works without it, and with it where it is there.
#include <cstddef>

#include "support/catch.h"
#include "unit/abi/loaded_plugin.h"

using namespace restanza;

namespace {

// A message, an iq and its answer, on a host that is made so.
size_t parsed_on(FakeHost::Settings host_settings) {
  LoadedPlugin loaded(settings(), std::move(host_settings));
  const std::string from = "<message from='rest.localhost' to='bob@localhost' type='chat'";
  CHECK(loaded.host.ask(loaded.post(from + "><body>Hi</body></message>")).status == 202);
  const auto asked = loaded.host.request(loaded.ping("a&amp;b"));
  CHECK(loaded.host.wait_sent(2).size() == 2);
  CHECK(loaded.host.offer(loaded.pong("a&amp;b")) == XP_CONSUME);
  const auto answer = loaded.host.wait(asked);
  REQUIRE(answer);
  CHECK(answer->status == 200);
  return loaded.host.sent_parsed();
}

}  // namespace

TEST_CASE("a host that can take a stanza with its attributes gets them, and they are the root's") {
  CHECK(parsed_on({}) == 2);
}

TEST_CASE("a host that need not read a stanza gets nothing of what a client wrote around it") {
  LoadedPlugin loaded;
  for (const char* declaration : {"", "<?xml version='1.0'?>"}) {
    const std::string before = declaration + std::string("\n ");
    CHECK(loaded.host.ask(loaded.post(before + "<message to='bob@localhost' type='chat'/>\n")).status == 202);
  }
  CHECK(loaded.host.sent_parsed() == 2);
}

TEST_CASE("a host whose table ends with version 1.0 gets the text alone") {
  FakeHost::Settings older;
  older.size = offsetof(xp_host, send_parsed);
  CHECK(parsed_on(older) == 0);
}

TEST_CASE("so does one that was compiled anew, and knows nothing of what is newer") {
  FakeHost::Settings newer;
  newer.knows_newer = false;
  CHECK(parsed_on(newer) == 0);
}
