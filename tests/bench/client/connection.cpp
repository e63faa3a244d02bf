// SPDX-License-Identifier: MIT
// Edge-triggered: every step goes on until the socket has no more. Threads and owners as connection.h says.
#include "client/connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <stdexcept>

namespace restanza::bench {
namespace {

constexpr size_t kReadBytes = 4096;
constexpr std::string_view kLength = "\r\ncontent-length:";

sockaddr_in loopback(unsigned last_byte, uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(0x7f000000U + last_byte);
  return address;
}

}  // namespace

size_t raise_descriptor_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

double now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

Connection::Connection(int epoll, uint32_t number, uint16_t port, unsigned source)
    : socket_(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)) {
  if (socket_ < 0) throw std::runtime_error("no descriptor is left for a connection");
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(socket_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  const sockaddr_in from = loopback(source, 0), to = loopback(1, port);
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.u32 = number;
  if (bind(socket_, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0 ||
      (connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 && errno != EINPROGRESS) ||
      epoll_ctl(epoll, EPOLL_CTL_ADD, socket_, &event) != 0) {
    close();
  }
}

Connection::~Connection() {
  close();
}

void Connection::close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
  state_ = State::closed;
}

void Connection::request(std::string_view text, std::string_view until) {
  state_ = State::waiting;
  status_ = 0;
  unsent_ = text;
  until_ = until;
  send();
}

void Connection::step() {
  if (state_ == State::connecting) {
    int error = 0;
    socklen_t size = sizeof error;
    sockaddr_in peer{};
    socklen_t peer_size = sizeof peer;
    getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return close();
    if (getpeername(socket_, reinterpret_cast<sockaddr*>(&peer), &peer_size) != 0) return;
    state_ = State::idle;
  }
  if (state_ == State::waiting) send();
  if (state_ != State::closed) receive();
}

void Connection::send() {
  while (!unsent_.empty()) {
    const ssize_t sent = ::send(socket_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return close();
    if (sent < 0) return;
    unsent_.remove_prefix(static_cast<size_t>(sent));
  }
}

void Connection::receive() {
  char buffer[kReadBytes];
  while (true) {
    const ssize_t got = recv(socket_, buffer, sizeof buffer, 0);
    if (got < 0 && errno == EAGAIN) break;
    if (got <= 0 || (state_ == State::idle && until_.empty())) return close();
    if (state_ != State::idle) received_.append(buffer, static_cast<size_t>(got));
  }
  if (state_ != State::waiting || !complete()) return;
  status_ = std::atoi(received_.c_str() + received_.find(' '));
  received_.clear();
  received_.shrink_to_fit();
  state_ = State::idle;
}

bool Connection::complete() {
  const size_t head = received_.find("\r\n\r\n");
  if (head == std::string::npos) return false;
  if (!until_.empty()) return received_.find(until_, head) != std::string::npos;
  const char* const length = strcasestr(received_.c_str(), kLength.data());
  const size_t body =
      length && length < received_.data() + head ? std::strtoul(length + kLength.size(), nullptr, 10) : 0;
  return received_.size() >= head + 4 + body;
}

}  // namespace restanza::bench
