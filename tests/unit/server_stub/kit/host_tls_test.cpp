// SPDX-License-Identifier: MIT
// A host of the kit that serves over TLS.
#include "kit/xp_host.hpp"
#include "support/catch.h"
#include "support/directory.h"
#include "unit/server_stub/http_front/tls_client.h"
#include "unit/server_stub/kit/played_server.h"

using namespace restanza;

namespace {

struct Certified {
  Directory directory;
  PlayedServer server;
  std::string error;
  xp::host::Host host{settings()};

  xp::host::HostSettings settings() {
    xp::host::HostSettings wanted{"test", "1.0", {xp::host::Address{}}, nullptr};
    wanted.certificate = directory.path() + "/certificate.pem";
    wanted.key = directory.path() + "/key.pem";
    write("first");
    return wanted;
  }
  void write(const std::string& name) {
    const Pem pem = make_pem(name);
    write_file(directory.path() + "/certificate.pem", pem.certificate);
    write_file(directory.path() + "/key.pem", pem.key);
  }
  // Whose certificate a new connection is shown.
  std::string shown() {
    const std::string at = host.listening();
    TlsClient client(static_cast<uint16_t>(std::stoi(at.substr(at.rfind(':') + 1))));
    return client.shake_hands() ? client.name() : "none";
  }
};

}  // namespace

TEST_CASE("a host with a certificate serves over TLS, and a new one is for connections to come") {
  Certified given;
  xp::host::PluginSettings wanted;
  wanted.library = HELLO_PLUGIN;
  wanted.domain = "rest.localhost";
  REQUIRE(given.host.load(wanted, given.server, given.error));
  REQUIRE(given.host.start(given.error));
  CHECK(given.shown() == "first");
  given.write("second");
  CHECK(given.shown() == "first");
  CHECK(given.host.renew_certificate(given.error));
  CHECK(given.shown() == "second");
  write_file(given.directory.path() + "/certificate.pem", "none");
  CHECK_FALSE(given.host.renew_certificate(given.error));
  CHECK(given.error.find("certificate names '") == 0);
  CHECK(given.shown() == "second");
  CHECK(given.host.end());
}

TEST_CASE("a certificate or a key that cannot be had keeps a host from starting, with the reason") {
  xp::host::HostSettings wanted{"test", "1.0", {xp::host::Address{}}, nullptr};
  wanted.certificate = "/no/where.pem";
  xp::host::Host without(wanted);
  std::string error;
  CHECK_FALSE(without.start(error));
  CHECK(error.find("certificate names '/no/where.pem', which cannot be read") == 0);
  Directory directory;
  wanted.certificate = write_file(directory.path() + "/certificate.pem", make_pem("first").certificate);
  xp::host::Host without_key(wanted);
  CHECK_FALSE(without_key.start(error));
  CHECK(error.find("key names ''") == 0);
}
