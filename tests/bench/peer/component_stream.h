// SPDX-License-Identifier: MIT
// One XEP-0114 stream on a socket that never blocks, as the server's side or as a component's: it drains what
// comes, and keeps nothing of it but counts, and the iqs where they are to be answered.
//
// Threads: one. Ownership: owns its socket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace restanza::bench {

class ComponentStream {
 public:
  // Takes the next connection of `listener` and logs it in, whatever its secret.
  static ComponentStream accepted(int listener);
  // Logs in to a server. Throws std::runtime_error where it is refused.
  static ComponentStream connected(uint16_t port, const std::string& domain, const std::string& secret);
  ComponentStream(ComponentStream&& other) noexcept;
  ComponentStream& operator=(ComponentStream&&) = delete;
  ~ComponentStream();

  int descriptor() const { return socket_; }
  bool has_unsent() const { return unsent_from_ < unsent_.size(); }

  bool receive();  // what there is; false: the stream has ended
  void send(std::string_view text);
  void flush();  // as much as the socket takes

  void keep_iqs(bool on) { keep_iqs_ = on; }
  size_t kept_iqs() const;
  void answer_kept_iqs();                          // each with a result
  uint64_t messages() const { return messages_; }  // that came

 private:
  explicit ComponentStream(int socket);
  std::string read_until(std::string_view end);  // blocks; for the login

  int socket_;
  std::string unsent_;
  size_t unsent_from_ = 0;
  bool keep_iqs_ = false;
  std::string kept_;  // the stream's text since keep_iqs
  std::string tail_;  // the end of what was counted last: a tag may be cut anywhere
  uint64_t messages_ = 0;
};

}  // namespace restanza::bench
