// SPDX-License-Identifier: MIT
// The TLS session of a connection that is kept: whether it holds bytes that have come and that nobody has
// read. The socket does not show them, for they were read from it together with what was wanted. It hears of
// sessions by OpenSSL's own callback, so that whoever begins them need not show them. One thread at a time.
// Shares the ownership of the latest session.
#pragma once

#include <openssl/types.h>

namespace restanza::webhook {

class TlsSession {
 public:
  TlsSession() = default;
  ~TlsSession() { forget(); }
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  // From now on it is the latest session that was begun with the context. This outlives the use of the
  // context, which is absent where the client could not make one: then it begins no sessions.
  void watch(SSL_CTX* context);

  bool has_unread() const;
  void forget();  // it is not used any more

 private:
  static void hear(const SSL* session, int event, int result);

  SSL* session_ = nullptr;
};

}  // namespace restanza::webhook
