// SPDX-License-Identifier: MIT
// The server's end of one TLS connection, on a socket that does not block. It shows itself like the socket:
// the handshake happens within the first calls of receive().
//
// Threads: one at a time. Ownership: the socket stays the caller's, and must outlive it.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <memory>

struct ssl_st;
struct ssl_ctx_st;

namespace restanza::host {

class TlsSession {
 public:
  static std::unique_ptr<TlsSession> accept(ssl_ctx_st& context, int socket);  // null: no memory is left
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  // As recv(2) and send(2): -1 with EAGAIN, or EPROTO where the connection cannot go on. A later call of
  // send() must offer the bytes that an EAGAIN has left, with or without further ones behind them.
  ssize_t receive(char* to, size_t size);
  ssize_t send(const char* bytes, size_t size);
  void close_notify();  // after the last byte, so that nobody takes the end for a broken connection

  // After receive(): nothing more can be had before the socket has an event.
  bool emptied() const { return emptied_; }
  bool established() const;                        // the handshake is over
  bool plain_http() const { return plain_http_; }  // it failed over a client that does not speak TLS

 private:
  struct Wire;  // what OpenSSL reads from and writes to
  struct Deleter {
    void operator()(ssl_st* ssl) const;
  };

  TlsSession();
  int error_of(bool reading);

  const std::unique_ptr<Wire> wire_;  // before what uses it
  std::unique_ptr<ssl_st, Deleter> ssl_;
  bool emptied_ = false;
  bool broken_ = false;
  bool plain_http_ = false;
};

}  // namespace restanza::host
