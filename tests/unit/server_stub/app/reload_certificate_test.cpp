// SPDX-License-Identifier: MIT
// A running host gets a new certificate, and says what else of [http] has to wait for a restart.
#include <cstdlib>

#include "app/host.h"
#include "net/tls_identity.h"
#include "support/catch.h"
#include "support/directory.h"
#include "support/lines.h"
#include "unit/server_stub/hosting/life_plugin.h"
#include "unit/server_stub/http_front/tls_client.h"

using namespace restanza;
using namespace restanza::host;

namespace {

struct TlsHost {
  Directory directory;
  HostConfig config = local({plugin("a.localhost")});
  Lines lines;
  std::string ready;
  std::unique_ptr<Host> host;

  explicit TlsHost(const Pem& pem) {
    config.http.tls = identity_in(directory.path(), pem);
    auto made = Host::make(config, lines,
                           {[this](const std::string& line) { ready = line; }, [](const std::string&) {}});
    REQUIRE(made);
    host = std::move(*made);
    REQUIRE(host->start());
  }
  ~TlsHost() { host->shut_down(); }

  uint16_t port() const {
    const std::string before = "ready http=127.0.0.1:";
    return static_cast<uint16_t>(std::atoi(ready.c_str() + before.size()));
  }
  std::string last_line(Level level) const {
    const std::string all = lines.of(level);
    return all.substr(all.rfind('\n', all.size() - 2) + 1);
  }
};

const std::string kAsk = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

}  // namespace

TEST_CASE("a new certificate is for new connections, the old one for those that are there") {
  TlsHost running(make_pem("first"));
  TlsClient old(running.port());
  CHECK(old.exchange(kAsk).status == 404);
  HostConfig read = running.config;
  read.http.tls = identity_in(running.directory.path(), make_pem("second"));
  running.host->reload(read);
  CHECK(running.last_line(Level::info) ==
        "reloaded: 1 plugins; new certificate, valid until " + read.http.tls->expiry() + "\n");
  TlsClient fresh(running.port());
  CHECK(fresh.exchange(kAsk).status == 404);
  CHECK(fresh.name() == "second");
  CHECK(old.exchange(kAsk).status == 404);
  CHECK(old.name() == "first");
  running.host->reload(read);
  CHECK(running.last_line(Level::info) == "SIGHUP: nothing was changed\n");
  CHECK(running.lines.of(Level::warn).empty());
}

TEST_CASE("a certificate that has ended is told of, at the start and when it comes later") {
  TlsHost running(make_pem("ended", 0));
  const std::string first = "clients will refuse the HTTP certificate: it is not valid today, and ends on " +
                            running.config.http.tls->expiry() + "\n";
  CHECK(running.lines.of(Level::warn) == first);
  HostConfig read = running.config;
  read.http.tls = identity_in(running.directory.path(), make_pem("ended too", -1));
  running.host->reload(read);
  CHECK(running.lines.of(Level::warn) ==
        first + "clients will refuse the HTTP certificate: it is not valid today, and ends on " +
            read.http.tls->expiry() + "\n");
}

TEST_CASE("TLS does not come or go in a running host, and neither do addresses, proxies and limits") {
  TlsHost running(make_pem("first"));
  HostConfig read = running.config;
  read.http.tls.reset();
  read.http.listen.push_back({"", 0, "/run/x.sock"});
  read.http.trusted_proxies = *TrustedProxies::parse({"10.0.0.0/8"});
  read.http.max_connections = read.http.max_header_bytes = read.http.max_request_memory = 1;
  read.http.request_time = read.http.idle_time = std::chrono::seconds(1);
  running.host->reload(read);
  CHECK(running.lines.of(Level::warn) ==
        "SIGHUP: needs a restart: http.listen, http.certificate, http.trusted_proxies, http.max_connections, "
        "http.max_header_bytes, http.max_request_memory, http.request_time, http.idle_time\n");
  TlsClient still(running.port());
  CHECK(still.exchange(kAsk).status == 404);
}

TEST_CASE("off loopback without TLS is warned of, with TLS it is not") {
  const std::string warning = "HTTP listens off loopback without TLS";
  for (const bool secured : {false, true}) {
    CAPTURE(secured);
    const Directory directory;
    HostConfig config = local({plugin("a.localhost")});
    config.http.listen = {{"127.0.0.1", 0, ""}, {"0.0.0.0", 0, ""}};
    if (secured) config.http.tls = identity_in(directory.path(), make_pem("name"));
    Lines lines;
    auto host = Host::make(config, lines, {[](const std::string&) {}, [](const std::string&) {}});
    REQUIRE(host);
    REQUIRE((*host)->start());
    CHECK((lines.of(Level::warn).find(warning) == std::string::npos) == secured);
    (*host)->shut_down();
  }
}

TEST_CASE("the line that tells of readiness lists all addresses in the order of the configuration") {
  const Directory directory;
  HostConfig config = local({plugin("a.localhost")});
  config.http.listen = {{"", 0, directory.path() + "/http.sock"}, {"127.0.0.1", 0, ""}};
  Lines lines;
  std::string ready;
  auto host =
      Host::make(config, lines, {[&](const std::string& line) { ready = line; }, [](const std::string&) {}});
  REQUIRE(host);
  REQUIRE((*host)->start());
  CHECK(ready.find("ready http=unix:" + directory.path() + "/http.sock,127.0.0.1:") == 0);
  (*host)->shut_down();
}
