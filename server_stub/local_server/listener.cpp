// SPDX-License-Identifier: GPL-3.0-or-later
#include "local_server/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace restanza::host::local {
namespace {

constexpr int kBacklog = 512;
constexpr int kAcceptsInTurn = 64;
// Descriptors have run out: a listener that stays readable would spin the loop.
constexpr std::chrono::milliseconds kPause{200};

union Address {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
};

bool parse(const std::string& text, Address& out, socklen_t& size) {
  memset(&out, 0, sizeof out);
  if (inet_pton(AF_INET, text.c_str(), &out.v4.sin_addr) == 1) {
    out.v4.sin_family = AF_INET;
    size = sizeof out.v4;
    return (ntohl(out.v4.sin_addr.s_addr) >> 24) == 127;
  }
  if (inet_pton(AF_INET6, text.c_str(), &out.v6.sin6_addr) == 1) {
    out.v6.sin6_family = AF_INET6;
    size = sizeof out.v6;
    return IN6_IS_ADDR_LOOPBACK(&out.v6.sin6_addr);
  }
  return false;
}

}  // namespace

bool is_loopback(const std::string& address) {
  Address parsed;
  socklen_t size = 0;
  return parse(address, parsed, size);
}

Listener::Listener(EventLoop& loop, std::function<void(int fd)> accepted)
    : loop_(loop), accepted_(std::move(accepted)) {}

Result<std::string> Listener::listen(const std::string& address, uint16_t port) {
  Address at;
  socklen_t size = 0;
  if (!parse(address, at, size))
    return Error{"'" + address + "' is no loopback address; use 127.0.0.1 or ::1"};
  const bool v6 = at.any.sa_family == AF_INET6;
  (v6 ? at.v6.sin6_port : at.v4.sin_port) = htons(port);
  const std::string shown = v6 ? "[" + address + "]:" : address + ":";
  fd_ = socket(at.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  if (fd_ >= 0) setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (fd_ < 0 || bind(fd_, &at.any, size) != 0 || ::listen(fd_, kBacklog) != 0 ||
      getsockname(fd_, &at.any, &size) != 0) {
    return Error{"cannot listen on " + shown + std::to_string(port) + ": " + strerror(errno)};
  }
  watch_ = loop_.watch(fd_, EPOLLIN, [this](uint32_t) { accept_some(); });
  return shown + std::to_string(ntohs(v6 ? at.v6.sin6_port : at.v4.sin_port));
}

void Listener::close() {
  loop_.cancel(pause_);
  if (fd_ < 0) return;
  loop_.forget(watch_, fd_);
  ::close(fd_);
  fd_ = -1;
}

void Listener::accept_some() {
  for (int i = 0; i < kAcceptsInTurn; ++i) {
    const int fd = accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      accepted_(fd);
      continue;
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      loop_.change(watch_, fd_, 0);
      pause_ = loop_.after(kPause, [this] { loop_.change(watch_, fd_, EPOLLIN); });
    }
    if (errno != ECONNABORTED && errno != EINTR) return;
  }
}

}  // namespace restanza::host::local
