// SPDX-License-Identifier: MIT
#include "kit/server_link.h"

#include <new>

#include "support/catch.h"
#include "support/lines.h"
#include "unit/server_stub/kit/played_server.h"

using namespace restanza;
using namespace restanza::host;

namespace {

struct Linked {
  PlayedServer server;
  Lines log;
  std::shared_ptr<ServerLink> link = std::make_shared<ServerLink>("rest.localhost", 100, server, log);

  xp_status send(const std::string& xml) { return link->send(*xmpp::parse_stanza(xml), nullptr); }
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
  CHECK(given.link->up());
  given.server.up = false;
  CHECK_FALSE(given.link->up());
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

TEST_CASE("a server with accounts takes what comes from them, and what comes from nobody it does not") {
  Linked given;
  CHECK(given.send("<message from='alice@localhost/r'/>") == XP_DENIED);
  given.server.account = "alice@localhost";
  CHECK(given.send("<message from='alice@localhost'/>") == XP_OK);
  CHECK(given.send("<message from='ALICE@localhost/r'/>") == XP_OK);
  CHECK(given.send("<message from='bob@localhost'/>") == XP_DENIED);
  CHECK(given.send("<message from='localhost'/>") == XP_DENIED);
  CHECK(given.send("<message from='rest.localhost'/>") == XP_OK);
  CHECK(given.server.sent.size() == 3);
}

TEST_CASE("work that throws is told to the log, and not to the server's loop") {
  Linked given;
  int done = 0;
  given.link->post([] { throw std::bad_alloc(); });
  given.link->post([&done] { ++done; });
  for (const auto& work : given.server.posted) work();
  given.link = nullptr;  // the host is gone, and its work is still there
  for (const auto& work : given.server.posted) work();
  CHECK(done == 2);
  CHECK(given.log.of(Level::error) == "work of the loop went wrong: std::bad_alloc\n");
}
