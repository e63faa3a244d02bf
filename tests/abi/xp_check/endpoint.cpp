// SPDX-License-Identifier: MIT
#include "endpoint.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <map>
#include <vector>

#include "check.h"

namespace restanza::check {
namespace {

constexpr const char* kStanza = "<message><body>Thank you</body></message>";

// The length of the request at the front, 0 where it is not whole. A body has a length here or there is none.
size_t request_length(const std::string& in) {
  const size_t head = in.find("\r\n\r\n");
  if (head == std::string::npos) return 0;
  const size_t at = in.find("Content-Length:");
  const size_t length = at < head ? std::strtoul(in.c_str() + at + 15, nullptr, 10) : 0;
  return in.size() < head + 4 + length ? 0 : head + 4 + length;
}

std::string answer() {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/xmpp+xml\r\nContent-Length: " +
         std::to_string(std::string(kStanza).size()) + "\r\n\r\n" + kStanza;
}

}  // namespace

Endpoint::Endpoint(Manner manner)
    : manner_(manner), listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  require(bind(listener_, generic, size) == 0 && listen(listener_, 64) == 0 && pipe(stop_) == 0,
          "xp_check cannot listen on loopback");
  getsockname(listener_, generic, &size);
  url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/";
  thread_ = std::thread([this] { serve(); });
}

Endpoint::~Endpoint() {
  close(stop_[1]);
  thread_.join();
  close(stop_[0]);
  close(listener_);
}

void Endpoint::serve() {
  std::map<int, std::string> clients;
  for (;;) {
    std::vector<pollfd> polled{{stop_[0], POLLIN, 0}, {listener_, POLLIN, 0}};
    for (const auto& [fd, in] : clients) polled.push_back({fd, POLLIN, 0});
    poll(polled.data(), polled.size(), -1);
    if (polled[0].revents != 0) break;
    if (polled[1].revents != 0) clients[accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)];
    for (size_t i = 2; i < polled.size(); ++i) {
      if (polled[i].revents == 0) continue;
      std::array<char, 4096> bytes;
      const int fd = polled[i].fd;
      const auto got = recv(fd, bytes.data(), bytes.size(), 0);
      if (got <= 0) {
        close(fd);
        clients.erase(fd);
        continue;
      }
      std::string& in = clients[fd];
      in.append(bytes.data(), static_cast<size_t>(got));
      while (const size_t length = request_length(in)) {
        in.erase(0, length);
        const std::string out = answer();
        if (manner_ == Manner::answers) send(fd, out.data(), out.size(), MSG_NOSIGNAL);
      }
    }
  }
  for (const auto& [fd, in] : clients) close(fd);
}

}  // namespace restanza::check
