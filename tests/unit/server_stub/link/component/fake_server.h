// SPDX-License-Identifier: MIT
// The server's side of XEP-0114, on a loopback socket, moved by hand: a test accepts, reads, writes and hangs
// up. Every wait has a deadline and fails the test when it passes. One thread, the test's.
#pragma once

#include <linux/sockios.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace restanza::host {

inline constexpr const char* kSecret = "sesame";
// SHA-1 of "s1sesame", the stream's id and the secret, by another program.
inline constexpr const char* kDigest = "35436b8050136d6e6d41ffb478b03c698b105896";

inline void wait_until(int socket, short event) {
  pollfd watched{socket, event, 0};
  if (poll(&watched, 1, 10000) <= 0) throw std::runtime_error("nothing happened on the socket in time");
}

class Peer {
 public:
  explicit Peer(int socket) : socket_(socket) {}
  Peer(Peer&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)), received_(std::move(other.received_)) {}
  ~Peer() { hang_up(); }

  void say(std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) throw std::runtime_error("the component does not listen");
      text.remove_prefix(static_cast<size_t>(sent));
    }
  }

  // Until all that was said lies in the component's socket, read or not.
  void wait_arrived() const {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    for (int left = 1; left > 0; std::this_thread::yield()) {
      if (::ioctl(socket_, SIOCOUTQ, &left) != 0 || std::chrono::steady_clock::now() > until)
        throw std::runtime_error("what was said did not arrive in time");
    }
  }

  // Everything up to and with `end`, which is then behind us.
  std::string read_to(std::string_view end) {
    size_t at = received_.find(end);
    while (at == std::string::npos) {
      const size_t searched = received_.size() < end.size() ? 0 : received_.size() - end.size();
      if (!read_more()) throw std::runtime_error("the stream ended before '" + std::string(end) + "'");
      at = received_.find(end, searched);
    }
    std::string text = received_.substr(0, at + end.size());
    received_.erase(0, at + end.size());
    return text;
  }

  // Everything to the end of the connection.
  std::string read_to_end() {
    while (read_more()) {
    }
    return std::exchange(received_, {});
  }

  void open_stream(const char* id = "s1") {
    read_to("<stream:stream");
    read_to(">");
    say("<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' "
        "xmlns:stream='http://etherx.jabber.org/streams' from='rest.localhost' id='" +
        std::string(id) + "'>");
  }

  void log_in() {
    open_stream();
    read_to("</handshake>");
    say("<handshake/>");
  }

  void refuse(const std::string& condition) {
    open_stream();
    read_to("</handshake>");
    fail(condition);
  }

  void fail(const std::string& condition) {
    say("<stream:error><" + condition + " xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>" +
        "</stream:stream>");
  }

  void hang_up() {
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  }

  void reset() {
    const linger at_once{1, 0};
    setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    hang_up();
  }

 private:
  bool read_more() {
    wait_until(socket_, POLLIN);
    char buffer[65536];
    const ssize_t got = ::recv(socket_, buffer, sizeof buffer, 0);
    if (got <= 0) return false;
    received_.append(buffer, static_cast<size_t>(got));
    return true;
  }

  int socket_;
  std::string received_;
};

class FakeServer {
 public:
  FakeServer() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) { listen_at(0); }
  ~FakeServer() { stop(); }
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  uint16_t port() const { return port_; }

  Peer accept() {
    wait_until(listener_, POLLIN);
    return Peer(::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC));
  }

  Peer accept_login() {
    Peer peer = accept();
    peer.log_in();
    return peer;
  }

  // Whether a connection waits to be accepted.
  bool attempted() const {
    pollfd watched{listener_, POLLIN, 0};
    return poll(&watched, 1, 0) > 0;
  }

  // The component's attempts are refused until `restart`.
  void stop() {
    if (listener_ >= 0) ::close(std::exchange(listener_, -1));
  }
  void restart() {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    listen_at(port_);
  }

 private:
  void listen_at(uint16_t port) {
    const int on = 1;
    setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 64) != 0 ||
        getsockname(listener_, generic, &size) != 0) {
      throw std::runtime_error("no listening socket on loopback");
    }
    port_ = ntohs(address.sin_port);
  }

  int listener_;
  uint16_t port_ = 0;
};

}  // namespace restanza::host
