// SPDX-License-Identifier: MIT
#include "net/listener.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <new>
#include <system_error>
#include <utility>

namespace restanza::host {
namespace {

constexpr int kBacklog = 4096;
constexpr int kAcceptsAtOnce = 64;  // then what is connected has its turn
constexpr std::chrono::milliseconds kRest{
    100};  // while no descriptor is free: trying again at once would spin

struct Name {
  std::string host;
  std::string port;
};

Name name_of(const sockaddr* address, socklen_t size) {
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  if (::getnameinfo(address, size, host.data(), host.size(), port.data(), port.size(),
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return {};
  }
  return {host.data(), port.data()};
}

Name name_of(const sockaddr_storage& address, socklen_t size) {
  return name_of(reinterpret_cast<const sockaddr*>(&address), size);
}

}  // namespace

Result<std::string> Listener::open(const ListenAddress& at) {
  local_ = !at.path.empty();
  return local_ ? open_unix(at.path) : open_tcp(at.host, at.port);
}

Result<std::string> Listener::open_unix(const std::string& path) {
  const auto failure = [&](const std::string& why) {
    close();
    return Error{"cannot listen on unix:" + path + ": " + why};
  };
  socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket_ < 0) return failure(std::generic_category().message(errno));
  if (const auto bound = file_.bind(socket_, path); !bound) return failure(bound.error().text);
  if (::listen(socket_, kBacklog) != 0) return failure(std::generic_category().message(errno));
  return "unix:" + path;
}

Result<std::string> Listener::open_tcp(const std::string& address, uint16_t port) {
  const auto failure = [&](const std::string& why) {
    const bool v6 = address.find(':') != std::string::npos;
    return Error{"cannot listen on " + (v6 ? "[" + address + "]" : address) + ":" + std::to_string(port) +
                 ": " + why};
  };
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int status = ::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (status != 0) return failure(::gai_strerror(status));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  const int on = 1;
  socket_ = ::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket_ < 0 || ::setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      ::bind(socket_, found->ai_addr, found->ai_addrlen) != 0 || ::listen(socket_, kBacklog) != 0) {
    const bool privileged = errno == EACCES && port < IPPORT_RESERVED;
    const std::string why = std::generic_category().message(errno);
    close();
    return failure(why + (privileged ? ", for ports below 1024 need root or CAP_NET_BIND_SERVICE" : ""));
  }
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  ::getsockname(socket_, reinterpret_cast<sockaddr*>(&bound), &size);
  const Name name = name_of(bound, size);
  return found->ai_family == AF_INET6 ? '[' + name.host + "]:" + name.port : name.host + ':' + name.port;
}

void Listener::start() {
  if (socket_ < 0) return;
  if (watch_ == 0) {
    watch_ = loop_.watch(socket_, EPOLLIN, [this](uint32_t) { accept_some(); });
    if (watch_ == 0) return rest();
  } else {
    loop_.change(watch_, socket_, EPOLLIN);
  }
  rest_ = 0;  // last: where this throws the loop runs it again, and `close` must find it
}

void Listener::rest() {
  rest_ = loop_.after(kRest, [this] { start(); });  // first: where this throws it goes on at once
  if (watch_ != 0) loop_.change(watch_, socket_, 0);
}

void Listener::accept_some() {
  for (int i = 0; i < kAcceptsAtOnce && socket_ >= 0; ++i) {
    const Taken taken = accept_one();
    if (taken == Taken::none) return;
    if (taken == Taken::one) continue;
    if (i > 0) return;  // perhaps nobody waits any more, which only the loop is told
    if (!handlers_.exhausted || !handlers_.exhausted()) return rest();
  }
}

Listener::Taken Listener::accept_one() {
  sockaddr_storage peer{};
  for (;;) {
    socklen_t size = sizeof peer;
    const int socket =
        ::accept4(socket_, reinterpret_cast<sockaddr*>(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket >= 0) {
      const int on = 1;
      if (!local_) ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      Accepted accepted{socket, local_, {}};
      try {
        if (!local_) accepted.peer = name_of(peer, size).host;
      } catch (const std::bad_alloc&) {
        ::close(socket);
        return Taken::exhausted;
      }
      handlers_.accepted(std::move(accepted));
      return Taken::one;
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) return Taken::exhausted;
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EBADF || errno == EINVAL) return Taken::none;
    // Everything else concerns one client that has left again.
  }
}

void Listener::close() {
  loop_.cancel(rest_);
  if (socket_ < 0) return;
  loop_.forget(watch_, socket_);
  file_.remove();
  ::close(socket_);
  socket_ = -1;
  watch_ = 0;
}

}  // namespace restanza::host
