// SPDX-License-Identifier: MIT
// The bytes between cpp-httplib's client and one socket, plain or TLS, with what the client lacks: it matches
// a status line by a recursive regular expression, which overflows the stack on a long one, reads any number
// of header lines, takes an interim answer other than 100 for the final one (RFC 9110 section 15.2), and any
// three digits for a status. So the client reads nothing before the final answer's head is whole, nothing of
// interim answers, and gets an error where a bound is passed or a status is none. What is written gathers
// until something is read, so that a request's head and body leave in one packet. One thread; owns neither
// socket nor TLS session.
#pragma once

#include <httplib.h>

#include <chrono>
#include <string>

namespace restanza::webhook {

class AnswerStream final : public httplib::Stream {
 public:
  static constexpr size_t kMaxStatusLine = 1024;  // up to its LF; each one's
  static constexpr size_t kMaxHead = 32768;       // status line and fields, interim answers' as well

  // `max_raw` bounds what is read altogether, chunk sizes and trailers included; `patience` every single
  // wait, and the socket has it as its own timeouts.
  AnswerStream(socket_t socket, SSL* tls, size_t max_raw, std::chrono::milliseconds patience)
      : socket_(socket), tls_(tls), raw_left_(max_raw), patience_(patience) {}

  bool is_readable() const override;
  bool is_writable() const override;
  ssize_t read(char* data, size_t size) override;
  ssize_t write(const char* data, size_t size) override;
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return socket_; }

 private:
  bool wait(short events) const;
  ssize_t receive(char* data, size_t size);
  ssize_t receive_more();  // at the end of `buffer_`
  ssize_t receive_head();  // at least of the final answer, which then begins at `read_at_`
  ssize_t transmit(const char* data, size_t size);
  bool flush();  // false: the connection is broken

  const socket_t socket_;
  SSL* const tls_;
  size_t raw_left_;
  const std::chrono::milliseconds patience_;
  std::string out_;     // written and not sent yet
  std::string buffer_;  // received and not read yet, from `read_at_` on
  size_t read_at_ = 0;
  bool in_head_ = true;  // and nothing in the buffer is for reading yet
};

}  // namespace restanza::webhook
