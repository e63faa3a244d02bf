// SPDX-License-Identifier: MIT
// An HTTP client that sends exactly the bytes it is given and waits for an answer no longer than a deadline.
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace restanza {

struct Answer {
  int status = 0;    // 0: the connection ended before a whole answer
  std::string head;  // with the status line and the empty line
  std::string body;

  bool has(std::string_view text) const { return head.find(text) != std::string::npos; }
};

class RawClient {
 public:
  explicit RawClient(uint16_t port, int receive_buffer = 0) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (receive_buffer > 0) {
      ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    const timeval deadline{20, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &deadline, sizeof deadline);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  }
  ~RawClient() { close(); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return connected_; }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return true;
  }

  void half_close() { ::shutdown(socket_, SHUT_WR); }
  void close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }

  // Whether something comes, or the end, within `pause`.
  bool readable(int pause_ms) {
    pollfd wait{socket_, POLLIN, 0};
    return ::poll(&wait, 1, pause_ms) > 0;
  }

  // One answer, its body by Content-Length; of a HEAD request there is none.
  Answer answer(bool head_only = false) {
    Answer answer;
    while (in_.find("\r\n\r\n") == std::string::npos) {
      if (!receive()) return answer;
    }
    const size_t end = in_.find("\r\n\r\n") + 4;
    answer.head = in_.substr(0, end);
    in_.erase(0, end);
    const size_t at = answer.head.find("\r\nContent-Length: ");
    const size_t length =
        head_only || at == std::string::npos ? 0 : std::strtoul(answer.head.c_str() + at + 18, nullptr, 10);
    while (in_.size() < length) {
      if (!receive()) return answer;
    }
    answer.body = in_.substr(0, length);
    in_.erase(0, length);
    answer.status = std::atoi(answer.head.c_str() + 9);
    return answer;
  }

  Answer exchange(std::string_view request) {
    send(request);
    return answer();
  }

  // Everything up to and with `text`; empty where it does not come.
  std::string until(std::string_view text) {
    size_t at = std::string::npos;
    while ((at = in_.find(text)) == std::string::npos) {
      if (!receive()) return {};
    }
    std::string out = in_.substr(0, at + text.size());
    in_.erase(0, out.size());
    return out;
  }

  // True where the server closes the connection without sending anything more.
  bool ended() { return in_.empty() && !receive() && at_end_; }

  std::string rest() {
    while (receive()) {
    }
    return in_;
  }

 private:
  bool receive() {
    std::array<char, 65536> bytes;
    const ssize_t n = ::recv(socket_, bytes.data(), bytes.size(), 0);
    at_end_ = n == 0;
    if (n <= 0) return false;
    in_.append(bytes.data(), static_cast<size_t>(n));
    return true;
  }

  int socket_;
  bool connected_ = false;
  bool at_end_ = false;
  std::string in_;
};

}  // namespace restanza
