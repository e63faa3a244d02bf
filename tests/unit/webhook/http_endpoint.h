// SPDX-License-Identifier: MIT
// An HTTP endpoint on loopback whose every byte the test decides. Any thread.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/str.h"
#include "unit/webhook/responses.h"

namespace restanza::webhook {

// Reads one request, head and body; empty once the peer has closed.
inline std::string read_request(int connection) {
  std::string request;
  size_t wanted = std::string::npos;
  char buffer[4096];
  while (request.size() < wanted) {
    const ssize_t got = ::recv(connection, buffer, sizeof buffer, 0);
    if (got <= 0) return {};
    request.append(buffer, static_cast<size_t>(got));
    const size_t head = request.find("\r\n\r\n");
    if (head == std::string::npos || wanted != std::string::npos) continue;
    const std::string lower = ascii_lower(request.substr(0, head));
    const size_t length = lower.find("content-length: ");
    wanted = head + 4;
    if (length != std::string::npos) wanted += std::stoul(lower.substr(length + 16));
  }
  return request;
}

// False where the peer is gone.
inline bool send_all(int connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

class HttpEndpoint {
 public:
  // Runs on a thread of its own for each connection, which is closed afterwards.
  using Connection = std::function<void(int connection, size_t number)>;
  using Respond = std::function<std::string(const std::string& request)>;

  explicit HttpEndpoint(Connection handle) : handle_(std::move(handle)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 64) != 0 ||
        ::getsockname(listener_, generic, &size) != 0) {
      std::abort();
    }
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept(); });
  }

  // Leaves the OPTIONS request that comes first to itself, and says nothing by it.
  static Connection each_request(Respond respond) {
    return every_request([respond = std::move(respond)](const std::string& request) {
      return is_probe(request) ? response(200) : respond(request);
    });
  }

  static Connection every_request(Respond respond) {
    return [respond = std::move(respond)](int connection, size_t) {
      for (;;) {
        const std::string request = read_request(connection);
        if (request.empty() || !send_all(connection, respond(request))) return;
      }
    };
  }

  ~HttpEndpoint() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      for (const int connection : connections_) ::shutdown(connection, SHUT_RDWR);
    }
    for (std::thread& thread : threads_) thread.join();
    for (const int connection : connections_) ::close(connection);
    ::close(listener_);
  }
  HttpEndpoint(const HttpEndpoint&) = delete;
  HttpEndpoint& operator=(const HttpEndpoint&) = delete;

  std::string url(const std::string& target = "/stanzas") const {
    return "http://127.0.0.1:" + std::to_string(port_) + target;
  }
  size_t connections() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return connections_.size();
  }

 private:
  void accept() {
    for (;;) {
      const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) return;
      const std::lock_guard<std::mutex> lock(mutex_);
      connections_.push_back(connection);
      threads_.emplace_back([this, connection, number = connections_.size()] {
        handle_(connection, number);
        ::shutdown(connection, SHUT_RDWR);
      });
    }
  }

  const Connection handle_;
  int listener_ = -1;
  uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::vector<int> connections_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace restanza::webhook
