// SPDX-License-Identifier: MIT
// A reload whose endpoints cannot change yet, because too many of earlier settings have requests under way.
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "unit/abi/loaded_plugin.h"
#include "webhook/dispatcher.h"

using namespace restanza;
using namespace std::chrono_literals;

namespace {

constexpr int kPatience = 30000;  // milliseconds; only for a failure

// An endpoint that takes connections and answers nothing until it goes.
class Mute {
 public:
  Mute() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(listener_, generic, size) == 0);
    REQUIRE(::listen(listener_, 128) == 0);
    REQUIRE(::getsockname(listener_, generic, &size) == 0);
    port_ = ntohs(address.sin_port);
  }
  Mute(const Mute&) = delete;
  Mute& operator=(const Mute&) = delete;
  ~Mute() { end(); }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }

  // The next connection is there, and a request has begun on it.
  bool asked() {
    pollfd ready{listener_, POLLIN, 0};
    if (::poll(&ready, 1, kPatience) != 1) return false;
    taken_.push_back(::accept(listener_, nullptr, nullptr));
    ready = {taken_.back(), POLLIN, 0};
    return ::poll(&ready, 1, kPatience) == 1;
  }
  void end() {
    for (const int one : taken_) ::close(one);
    taken_.clear();
    if (listener_ >= 0) ::close(listener_);
    listener_ = -1;
  }

 private:
  int listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  uint16_t port_ = 0;
  std::vector<int> taken_;
};

std::string message_from(size_t user) {
  return "<message from='u" + std::to_string(user) +
         "@localhost' to='bot@rest.localhost' id='1'><body>Hi</body></message>";
}

}  // namespace

TEST_CASE("credentials are taken at once where endpoints cannot change yet, and these follow by themselves") {
  Mute slow, other;
  // The format is given, so that nothing is asked beforehand.
  const auto with = [](const Mute& endpoint, size_t number) {
    return R"(, "rest_callback_content_type": "json", "rest_callback_timeout": )" +
           std::to_string(100 + number) + R"(, "rest_callback_url": ")" + endpoint.url() + R"("})";
  };
  const auto secret = [](const std::string& text) { return R"({"component_secret": ")" + text + "\""; };
  LoadedPlugin loaded(secret(kSecret) + with(slow, 0));
  const auto reload = [&](const std::string& json) {
    xp_error error{};
    const xp_status status =
        xp_plugin_entry_v1()->reload(loaded.host.plugin(), {json.data(), json.size()}, &error);
    CAPTURE(error.text);
    return status == XP_OK;
  };
  const auto said_late = [&] {
    const auto lines = loaded.host.log();
    return std::count_if(lines.begin(), lines.end(), [](const std::string& line) {
      return line.find("the endpoints change as soon as they can") != std::string::npos;
    });
  };
  for (size_t i = 1; i <= webhook::Dispatcher::kMaxRetiring; ++i) {
    REQUIRE(loaded.host.offer(message_from(i)) == XP_CONSUME);
    REQUIRE(slow.asked());
    REQUIRE(reload(secret(kSecret) + with(slow, i)));
  }
  CHECK(said_late() == 0);
  CHECK(reload(secret("another") + with(other, 0)));
  CHECK(said_late() == 1);
  CHECK(loaded.host.ask(loaded.post("<message to='bob@localhost'/>")).status == 401);
  CHECK(loaded.host.ask(loaded.post("<message to='bob@localhost'/>", "", basic("rest.localhost", "another")))
            .status == 202);
  slow.end();  // what was under way fails, and its messages wait
  CHECK(other.asked());
  CHECK(said_late() == 1);
  loaded.end(0ms);
}
