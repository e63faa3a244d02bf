// SPDX-License-Identifier: MIT
#include "http_client.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

namespace restanza::hostcheck {
namespace {

constexpr size_t kMaxAnswer = 1024 * 1024;  // bytes; what is longer is cut off there

int connect_to(const std::string& address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos) return -1;
  std::string host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), address.c_str() + colon + 1, &wanted, &found) != 0) return -1;
  int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && connect(fd, found->ai_addr, found->ai_addrlen) != 0) {
    close(fd);
    fd = -1;
  }
  freeaddrinfo(found);
  return fd;
}

std::string written(const HttpRequest& request) {
  std::string text = request.method + " " + request.target + " HTTP/1.1\r\nHost: hostile.localhost\r\n";
  text += "Connection: close\r\n";
  for (const auto& [name, value] : request.headers) text.append(name).append(": ").append(value) += "\r\n";
  const size_t length = request.body.size() + request.rest.size();
  if (length > 0) text += "Content-Length: " + std::to_string(length) + "\r\n";
  return text + "\r\n" + request.body;
}

// All that comes until the other side closes.
std::string read_all(int fd, std::chrono::steady_clock::time_point until) {
  std::string text;
  std::array<char, 16384> bytes;
  while (text.size() < kMaxAnswer) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    pollfd polled{fd, POLLIN, 0};
    if (left.count() <= 0 || poll(&polled, 1, static_cast<int>(left.count())) == 0) break;
    const auto got = recv(fd, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) break;
    if (got > 0) text.append(bytes.data(), static_cast<size_t>(got));
  }
  return text;
}

}  // namespace

HttpAnswer ask(const std::string& address, const HttpRequest& request, std::chrono::milliseconds limit) {
  const auto until = std::chrono::steady_clock::now() + limit;
  const int fd = connect_to(address);
  if (fd < 0) return {};
  const std::string text = written(request);
  send(fd, text.data(), text.size(), MSG_NOSIGNAL);  // short enough for the socket's buffer
  const bool goes_on = !request.then.valid() || request.then.wait_until(until) == std::future_status::ready;
  if (goes_on && !request.leaves) send(fd, request.rest.data(), request.rest.size(), MSG_NOSIGNAL);
  const std::string all = request.leaves ? std::string() : read_all(fd, until);
  close(fd);
  HttpAnswer answer;
  const size_t end = all.find("\r\n\r\n");
  if (all.compare(0, 7, "HTTP/1.") != 0 || end == std::string::npos) return answer;
  answer.status = std::atoi(all.c_str() + 9);
  answer.head = all.substr(0, end + 2);
  answer.body = all.substr(end + 4);
  return answer;
}

}  // namespace restanza::hostcheck
