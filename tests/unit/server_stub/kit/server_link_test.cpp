// SPDX-License-Identifier: MIT
#include "kit/server_link.h"

#include "support/catch.h"
#include "unit/server_stub/kit/played_server.h"

using namespace restanza;
using namespace restanza::host;

namespace {

struct Linked {
  PlayedServer server;
  ServerLink link{"rest.localhost", 100, server};

  xp_status send(const std::string& xml) { return link.send(*xmpp::parse_stanza(xml), nullptr); }
};

std::string of_size(size_t size) {
  const std::string frame = "<message from='rest.localhost' id=''/>";
  return "<message from='rest.localhost' id='" + std::string(size - frame.size(), 'x') + "'/>";
}

}  // namespace

TEST_CASE("a server gets what comes from the domain, and what it says goes back") {
  Linked given;
  CHECK(given.send("<message from='bot@REST.localhost/a' to='a@x'/>") == XP_OK);
  CHECK(given.server.sent.size() == 1);
  given.server.verdict = XP_WOULD_BLOCK;
  CHECK(given.send("<message from='rest.localhost'/>") == XP_WOULD_BLOCK);
  CHECK(given.link.up());
  given.server.up = false;
  CHECK_FALSE(given.link.up());
}

TEST_CASE("a server never sees a stanza of another sender, one that is too long, or an iq that is none") {
  Linked given;
  CHECK(given.send("<message to='a@x'/>") == XP_DENIED);
  CHECK(given.send("<message from='a@x'/>") == XP_DENIED);
  CHECK(given.send("<message from='sub.rest.localhost'/>") == XP_DENIED);
  CHECK(given.send("<iq type='get' from='rest.localhost'/>") == XP_INVALID);
  CHECK(given.send("<iq type='ask' id='1' from='rest.localhost'/>") == XP_INVALID);
  CHECK(given.send(of_size(101)) == XP_TOO_BIG);
  CHECK(given.server.sent.empty());
  CHECK(given.send(of_size(100)) == XP_OK);
}
