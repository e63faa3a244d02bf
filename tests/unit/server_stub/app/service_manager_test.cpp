// SPDX-License-Identifier: MIT
// What the service manager is told, read from a datagram socket in its place.
#include "app/service_manager.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "support/catch.h"

using namespace restanza::host;

namespace {

// A socket as the service manager has one; `name` with '@' is in the abstract namespace.
class Receiver {
 public:
  explicit Receiver(std::string name) : name_(std::move(name)), fd_(socket(AF_UNIX, SOCK_DGRAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name_.data(), name_.size());
    const bool abstract = name_[0] == '@';
    if (abstract) address.sun_path[0] = '\0';
    const size_t size = offsetof(sockaddr_un, sun_path) + name_.size() + (abstract ? 0 : 1);
    REQUIRE(bind(fd_, reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(size)) == 0);
  }
  ~Receiver() {
    close(fd_);
    if (name_[0] == '/') unlink(name_.c_str());
  }

  const std::string& name() const { return name_; }

  // The next message; a send has put it there before it returned.
  std::string heard() {
    char text[512];
    const ssize_t size = recv(fd_, text, sizeof text, MSG_DONTWAIT);
    return size < 0 ? "nothing" : std::string(text, static_cast<size_t>(size));
  }

 private:
  const std::string name_;
  const int fd_;
};

std::string socket_path() {
  return "/tmp/restanza-notify-" + std::to_string(getpid());
}

ServiceManager manager_at(const std::string& socket) {
  auto manager = ServiceManager::at(socket);
  REQUIRE(manager);
  return *manager;
}

std::string socket_refusal(const std::string& socket) {
  const auto manager = ServiceManager::at(socket);
  return manager ? "accepted" : manager.error().text;
}

}  // namespace

TEST_CASE("the service manager is told each step in a message of its own, at a path or an abstract name") {
  Receiver receiver(GENERATE(socket_path(), "@restanza-notify-" + std::to_string(getpid())));
  CAPTURE(receiver.name());
  const ServiceManager manager = manager_at(receiver.name());
  CHECK(manager.status("ready http=127.0.0.1:5280"));
  CHECK(manager.ready());
  CHECK(manager.stopping());
  CHECK(receiver.heard() == "STATUS=ready http=127.0.0.1:5280\n");
  CHECK(receiver.heard() == "READY=1\n");
  CHECK(receiver.heard() == "STOPPING=1\n");
  CHECK(receiver.heard() == "nothing");
}

TEST_CASE("a reload begins with the monotonic time in microseconds") {
  Receiver receiver(socket_path());
  timespec before{}, after{};
  clock_gettime(CLOCK_MONOTONIC, &before);
  CHECK(manager_at(receiver.name()).reloading());
  clock_gettime(CLOCK_MONOTONIC, &after);
  const std::string message = receiver.heard();
  long long microseconds = 0;
  REQUIRE(std::sscanf(message.c_str(), "RELOADING=1\nMONOTONIC_USEC=%lld\n", &microseconds) == 1);
  CHECK(microseconds >= before.tv_sec * 1'000'000LL + before.tv_nsec / 1000);
  CHECK(microseconds <= after.tv_sec * 1'000'000LL + after.tv_nsec / 1000);
}

TEST_CASE("without a socket nothing is sent, and that is no failure") {
  CHECK(manager_at("").ready());
  CHECK(ServiceManager().stopping());
}

TEST_CASE("the socket is the one that the environment names") {
  Receiver receiver(socket_path());
  REQUIRE(setenv("NOTIFY_SOCKET", receiver.name().c_str(), 1) == 0);
  const auto manager = ServiceManager::of_environment();
  REQUIRE(unsetenv("NOTIFY_SOCKET") == 0);
  REQUIRE(manager);
  CHECK(manager->ready());
  CHECK(receiver.heard() == "READY=1\n");
}

TEST_CASE("a receiver that is gone is a message that was not taken") {
  std::string name;
  {
    const Receiver receiver(socket_path());
    name = receiver.name();
  }
  CHECK_FALSE(manager_at(name).ready());
}

TEST_CASE("an address has at most the length that a Unix socket allows") {
  CHECK(socket_refusal("/" + std::string(106, 'x')) == "accepted");
  CHECK(socket_refusal("@" + std::string(107, 'x')) == "accepted");
  const std::string long_path = "/" + std::string(107, 'x');
  CHECK(
      socket_refusal(long_path) ==
      "NOTIFY_SOCKET must be a path that begins with '/', or '@' and a name, of at most 107 bytes, and is '" +
          long_path + "'");
  CHECK(socket_refusal("@" + std::string(108, 'x')) != "accepted");
}

TEST_CASE("what is neither a path nor an abstract name is refused") {
  const auto* socket = GENERATE("notify", "vsock:2:1234", "/", "@");
  CAPTURE(socket);
  CHECK(socket_refusal(socket) != "accepted");
}
