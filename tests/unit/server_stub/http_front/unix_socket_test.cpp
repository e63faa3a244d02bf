// SPDX-License-Identifier: MIT
// The front on Unix sockets: their files, and several addresses at once.
#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "front_fixture.h"
#include "support/catch.h"
#include "support/directory.h"

using namespace restanza;
using host::ListenAddress;

namespace {

host::FrontSettings on(std::vector<ListenAddress> addresses) {
  host::FrontSettings settings;
  settings.listen = std::move(addresses);
  return settings;
}

ListenAddress at_path(const std::string& path) {
  return {"", 0, path};
}

std::string listen_error(const std::string& path) {
  class Nobody final : public host::RouteLookup {
    std::optional<host::MatchedRoute> find(std::string_view, std::string_view) override {
      return std::nullopt;
    }
  } nobody;
  CountingLog log;
  host::Front front(on({at_path(path)}), nobody, log);
  const auto bound = front.listen();
  return bound ? "listens" : bound.error().text;
}

mode_t mode_of(const std::string& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 ? found.st_mode : 0;
}

// A socket's file that nobody listens on, as a killed process leaves it.
void leave_stale(const std::string& path) {
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  ::close(socket);
}

}  // namespace

TEST_CASE("requests come over a Unix socket as over TCP, from a peer without an address") {
  const Directory directory;
  const std::string path = directory.path() + "/http.sock";
  FrontFixture at(on({at_path(path)}),
                  [](host::Front& front, host::ExchangeId id, const host::HttpRequest& request) {
                    front.respond(id, 200, {}, request.peer + ' ' + request.body);
                  });
  CHECK(at.address == "unix:" + path);
  RawClient client(path);
  CHECK(client.exchange(post("/now", "hello")).body == "unix hello");
  CHECK(client.exchange(post("/now", std::string(1000, 'x'))).body == "unix " + std::string(1000, 'x'));
  CHECK(client.exchange(get("/now", "X-Forwarded-For: 203.0.113.9\r\n")).body == "unix ");
}

TEST_CASE("a proxy on a Unix socket can be trusted") {
  const Directory directory;
  const std::string path = directory.path() + "/http.sock";
  auto settings = on({at_path(path)});
  settings.trusted_proxies = *host::TrustedProxies::parse({"unix"});
  FrontFixture at(settings, [](host::Front& front, host::ExchangeId id, const host::HttpRequest& request) {
    front.respond(id, 200, {}, request.peer);
  });
  RawClient client(path);
  CHECK(client.exchange(get("/now", "X-Forwarded-For: 203.0.113.9\r\n")).body == "203.0.113.9");
  CHECK(client.exchange(get("/now")).body == "unix");
}

TEST_CASE("a client on a Unix socket that leaves is noticed") {
  const Directory directory;
  const std::string path = directory.path() + "/http.sock";
  FrontFixture at(on({at_path(path)}));
  Arrivals<int> gone;
  RawClient client(path);
  client.send(get("/park"));
  const auto parked = at.parked.next();
  REQUIRE(parked);
  CHECK(at.front.watch(parked->id, {[&] { gone.add(1); }, nullptr}) == XP_OK);
  client.close();
  CHECK(gone.next());
  CHECK(at.front.respond(parked->id, 200, {}, "") == XP_GONE);
}

TEST_CASE("several addresses serve side by side, told in the order in which they were given") {
  const Directory directory;
  const std::string first = directory.path() + "/1", last = directory.path() + "/2";
  FrontFixture at(on({at_path(first), {"127.0.0.1", 0, ""}, at_path(last), {"127.0.0.1", 0, ""}}));
  REQUIRE(at.port > 0);
  const size_t tcp = at.address.find(",127.0.0.1:");
  const uint16_t other = static_cast<uint16_t>(std::atoi(at.address.c_str() + tcp + 11));
  CHECK(at.address == "unix:" + first + ",127.0.0.1:" + std::to_string(other) + ",unix:" + last +
                          ",127.0.0.1:" + std::to_string(at.port));
  CHECK(RawClient(first).exchange(get("/now")).status == 200);
  CHECK(RawClient(last).exchange(get("/now")).status == 200);
  CHECK(RawClient(other).exchange(get("/now")).status == 200);
  CHECK(RawClient(at.port).exchange(get("/now")).status == 200);
}

TEST_CASE("as many addresses as the limit says can be listened on, one more is an error") {
  const Directory directory;
  std::vector<ListenAddress> addresses;
  for (size_t i = 0; i < host::FrontSettings::kMaxListeners; ++i)
    addresses.push_back(at_path(directory.path() + "/" + std::to_string(i)));
  {
    FrontFixture most(on(addresses));
    for (const auto& address : addresses) CHECK(RawClient(address.path).exchange(get("/now")).status == 200);
  }
  addresses.push_back(at_path(directory.path() + "/more"));
  FrontFixture more(on(addresses));
  CHECK(more.address.empty());
}

TEST_CASE("the socket's file is for its owner and group, whatever the umask, and gone at the end") {
  const Directory directory;
  const std::string path = directory.path() + "/http.sock";
  for (const mode_t mask : {mode_t{0}, mode_t{0177}}) {
    CAPTURE(mask);
    const mode_t before = ::umask(mask);
    FrontFixture at(on({at_path(path)}));
    ::umask(before);
    CHECK(mode_of(path) == (S_IFSOCK | 0660));
  }
  CHECK(mode_of(path) == 0);
}

TEST_CASE("a front that takes no new connections has no socket's file any more") {
  const Directory directory;
  const std::string path = directory.path() + "/http.sock";
  FrontFixture at(on({at_path(path)}));
  RawClient parking(path), idle(path);
  parking.send(get("/park"));
  const auto parked = at.parked.next();
  REQUIRE(parked);
  at.front.refuse_new();
  CHECK(idle.exchange(get("/now")).status == 503);
  CHECK(idle.exchange(get("/now")).status == 0);
  for (int tries = 0; RawClient(path).connected() && tries < 100000; ++tries) {
  }
  CHECK(mode_of(path) == 0);
  CHECK(at.front.respond(parked->id, 200, {}, "late") == XP_OK);
  CHECK(parking.answer().body == "late");
}

TEST_CASE("what a dead process left is replaced") {
  const Directory directory;
  const std::string path = directory.path() + "/http.sock";
  leave_stale(path);
  FrontFixture at(on({at_path(path)}));
  CHECK(RawClient(path).exchange(get("/now")).status == 200);
}

TEST_CASE("a socket that somebody listens on is an error that names it, and goes on serving") {
  const Directory directory;
  const std::string path = directory.path() + "/http.sock";
  FrontFixture at(on({at_path(path)}));
  CHECK(listen_error(path) == "cannot listen on unix:" + path + ": another program uses it");
  CHECK(RawClient(path).exchange(get("/now")).status == 200);
}

TEST_CASE("a file of another kind is never removed") {
  const Directory directory;
  const std::string file = directory.path() + "/file", link = directory.path() + "/link";
  std::ofstream(file) << "precious";
  leave_stale(directory.path() + "/stale");
  std::filesystem::create_symlink("stale", link);
  for (const std::string& path : {file, link, directory.path()}) {
    CAPTURE(path);
    CHECK(listen_error(path) ==
          "cannot listen on unix:" + path +
              ": a file that is no socket stands there: remove it, or choose another path");
    CHECK(std::filesystem::exists(path));
  }
  CHECK(std::filesystem::file_size(file) == 8);
}

TEST_CASE("a path may have the length that the system allows, and its directory must be there") {
  const Directory directory;
  const std::string longest = directory.path() + "/" + std::string(106 - directory.path().size(), 'x');
  CHECK(listen_error(longest) == "listens");
  CHECK(listen_error(longest + "x") ==
        "cannot listen on unix:" + longest + "x: a path may have at most 107 bytes");
  CHECK(listen_error(directory.path() + "/none/x").find("No such file or directory") != std::string::npos);
}

TEST_CASE("a file that took the socket's place stays there") {
  const Directory directory;
  const std::string path = directory.path() + "/http.sock";
  {
    FrontFixture at(on({at_path(path)}));
    std::filesystem::remove(path);
    std::ofstream(path) << "another's";
  }
  CHECK(std::filesystem::file_size(path) == 9);
}
