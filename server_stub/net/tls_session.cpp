// SPDX-License-Identifier: MIT
// OpenSSL reads and writes through functions of ours instead of its own: these raise no SIGPIPE, and remember
// whether the socket had more, which spares a read that finds nothing.
#include "net/tls_session.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <cerrno>

namespace restanza::host {

struct TlsSession::Wire {
  int socket = -1;
  bool dry = false;      // the socket had less than was asked for
  bool blocked = false;  // it had nothing at all
  bool ended = false;

  static Wire& of(BIO* bio) { return *static_cast<Wire*>(BIO_get_data(bio)); }

  static int read(BIO* bio, char* to, int size) {
    Wire& wire = of(bio);
    BIO_clear_retry_flags(bio);
    ssize_t n = 0;
    do {
      n = ::recv(wire.socket, to, static_cast<size_t>(size), 0);
    } while (n < 0 && errno == EINTR);
    wire.blocked = n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    wire.dry = n < size;
    wire.ended = n == 0;
    if (wire.blocked) BIO_set_retry_read(bio);
    return static_cast<int>(n);
  }

  static int write(BIO* bio, const char* bytes, int size) {
    BIO_clear_retry_flags(bio);
    ssize_t n = 0;
    do {
      n = ::send(of(bio).socket, bytes, static_cast<size_t>(size), MSG_NOSIGNAL);
    } while (n < 0 && errno == EINTR);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) BIO_set_retry_write(bio);
    return static_cast<int>(n);
  }

  static long control(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_EOF) return of(bio).ended ? 1 : 0;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
  }

  static const BIO_METHOD* method() {
    static const std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)> made = [] {
      BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
      if (method) {
        BIO_meth_set_read(method, &read);
        BIO_meth_set_write(method, &write);
        BIO_meth_set_ctrl(method, &control);
      }
      return std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)>(method, &BIO_meth_free);
    }();
    return made.get();
  }
};

void TlsSession::Deleter::operator()(ssl_st* ssl) const {
  SSL_free(ssl);
}

TlsSession::TlsSession() : wire_(std::make_unique<Wire>()) {}

TlsSession::~TlsSession() = default;

std::unique_ptr<TlsSession> TlsSession::accept(ssl_ctx_st& context, int socket) {
  std::unique_ptr<TlsSession> session(new TlsSession());
  session->wire_->socket = socket;
  session->ssl_.reset(SSL_new(&context));
  BIO* const bio = BIO_new(Wire::method());
  if (!session->ssl_ || !bio) {
    BIO_free(bio);
    return nullptr;
  }
  BIO_set_data(bio, session->wire_.get());
  BIO_set_init(bio, 1);
  SSL_set_bio(session->ssl_.get(), bio, bio);
  SSL_set_accept_state(session->ssl_.get());
  return session;
}

bool TlsSession::established() const {
  return SSL_is_init_finished(ssl_.get()) == 1;
}

// The errno of a call that did not succeed; 0: the peer has ended the connection in order.
int TlsSession::error_of(bool reading) {
  const int error = SSL_get_error(ssl_.get(), 0);
  if (error == SSL_ERROR_ZERO_RETURN && reading) return 0;
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
    // Without either, one record has been used up that brought nothing for us, and others may follow it.
    emptied_ = wire_->blocked || error == SSL_ERROR_WANT_WRITE;
    return EAGAIN;
  }
  plain_http_ = ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST;
  broken_ = true;
  ERR_clear_error();
  return EPROTO;
}

ssize_t TlsSession::receive(char* to, size_t size) {
  size_t taken = 0;
  wire_->dry = wire_->blocked = false;
  emptied_ = true;
  int error = EPROTO;
  if (!broken_) {
    ERR_clear_error();
    if (SSL_read_ex(ssl_.get(), to, size, &taken) == 1) {
      emptied_ = wire_->dry && SSL_has_pending(ssl_.get()) == 0;
      return static_cast<ssize_t>(taken);
    }
    error = error_of(true);
  }
  errno = error;
  return error == 0 ? 0 : -1;
}

ssize_t TlsSession::send(const char* bytes, size_t size) {
  size_t taken = 0;
  int error = EPROTO;
  if (!broken_) {
    ERR_clear_error();
    if (SSL_write_ex(ssl_.get(), bytes, size, &taken) == 1) return static_cast<ssize_t>(taken);
    error = error_of(false);
  }
  errno = error;
  return -1;
}

void TlsSession::close_notify() {
  if (broken_ || !established()) return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

}  // namespace restanza::host
