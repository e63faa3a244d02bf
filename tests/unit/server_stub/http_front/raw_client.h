// SPDX-License-Identifier: MIT
// An HTTP client that sends exactly the bytes it is given and waits for an answer no longer than a deadline.
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
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
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connect(reinterpret_cast<const sockaddr*>(&to), sizeof to);
  }
  // Over a Unix socket.
  explicit RawClient(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    std::strncpy(to.sun_path, path.c_str(), sizeof to.sun_path - 1);
    connect(reinterpret_cast<const sockaddr*>(&to), sizeof to);
  }
  virtual ~RawClient() { close(); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return connected_; }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = transmit(bytes);
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

 protected:
  virtual ssize_t transmit(std::string_view bytes) {
    return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  virtual ssize_t obtain(char* to, size_t size) { return ::recv(socket_, to, size, 0); }
  int socket() const { return socket_; }

 private:
  void connect(const sockaddr* to, socklen_t size) {
    const timeval deadline{20, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &deadline, sizeof deadline);
    connected_ = ::connect(socket_, to, size) == 0;
  }

  bool receive() {
    std::array<char, 65536> bytes;
    const ssize_t n = obtain(bytes.data(), bytes.size());
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
