// SPDX-License-Identifier: MIT
// A loop with poll; a request is a head and the bytes that its Content-Length says. Threads and owners as
// sink.h says.
#include "plugin_alone/sink.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace restanza::bench {
namespace {

constexpr size_t kReadBytes = 65536;

// The bytes of the first request in `received`; 0: not whole yet.
size_t whole_request(const std::string& received) {
  const size_t head = received.find("\r\n\r\n");
  if (head == std::string::npos) return 0;
  const char* const length = strcasestr(received.c_str(), "\r\ncontent-length:");
  const size_t body = length && length < received.data() + head ? std::strtoul(length + 17, nullptr, 10) : 0;
  return received.size() >= head + 4 + body ? head + 4 + body : 0;
}

}  // namespace

Sink::Sink() {
  void* const shared =
      mmap(nullptr, sizeof *posts_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (shared == MAP_FAILED || listener < 0 || bind(listener, generic, size) != 0 ||
      listen(listener, 128) != 0 || getsockname(listener, generic, &size) != 0) {
    throw std::runtime_error("the endpoint cannot listen");
  }
  posts_ = new (shared) std::atomic<uint64_t>(0);
  port_ = ntohs(address.sin_port);
  child_ = fork();
  if (child_ == 0) serve(listener);
  close(listener);
}

Sink::~Sink() {
  kill(child_, SIGKILL);
  waitpid(child_, nullptr, 0);
  munmap(posts_, sizeof *posts_);
}

void Sink::serve(int listener) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  static constexpr std::string_view kAnswer = "HTTP/1.1 204 No Content\r\n\r\n";
  std::vector<pollfd> watched = {{listener, POLLIN, 0}};
  std::vector<std::string> received(1);
  std::vector<char> buffer(kReadBytes);
  while (poll(watched.data(), watched.size(), -1) >= 0) {
    if (watched[0].revents != 0) {
      const int client = accept(listener, nullptr, nullptr);
      const int on = 1;
      setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      watched.push_back({client, POLLIN, 0});
      received.emplace_back();
    }
    for (size_t i = 1; i < watched.size(); ++i) {
      if (watched[i].revents == 0) continue;
      const ssize_t count = read(watched[i].fd, buffer.data(), buffer.size());
      if (count <= 0) {
        close(watched[i].fd);
        watched[i].fd = -1;  // poll leaves it out
        continue;
      }
      received[i].append(buffer.data(), static_cast<size_t>(count));
      while (const size_t size = whole_request(received[i])) {
        if (received[i].compare(0, 4, "POST") == 0) posts_->fetch_add(1, std::memory_order_relaxed);
        received[i].erase(0, size);
        if (write(watched[i].fd, kAnswer.data(), kAnswer.size()) < 0) break;
      }
    }
  }
  _exit(1);
}

}  // namespace restanza::bench
