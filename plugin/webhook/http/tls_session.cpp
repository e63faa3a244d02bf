// SPDX-License-Identifier: MIT
#include "webhook/http/tls_session.h"

#include <openssl/ssl.h>

#include <utility>

namespace restanza::webhook {
namespace {

// The place in each context where its owner is found; negative where OpenSSL has none to give. Place 0 is the
// application's, and so perhaps the HTTP client's.
int owners_place() {
  static const int place = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return place;
}

}  // namespace

void TlsSession::watch(SSL_CTX* context) {
  if (!context || owners_place() < 0) return;
  if (SSL_CTX_set_ex_data(context, owners_place(), this) == 1) SSL_CTX_set_info_callback(context, hear);
}

void TlsSession::hear(const SSL* session, int event, int) {
  if ((event & SSL_CB_HANDSHAKE_DONE) == 0) return;
  auto* owner = static_cast<TlsSession*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(session), owners_place()));
  if (owner->session_ == session) return;  // it got tickets, for example
  owner->forget();
  SSL* const shared = const_cast<SSL*>(session);
  if (SSL_up_ref(shared) == 1) owner->session_ = shared;
}

bool TlsSession::has_unread() const {
  return session_ && SSL_has_pending(session_) == 1;
}

void TlsSession::forget() {
  SSL_free(std::exchange(session_, nullptr));
}

}  // namespace restanza::webhook
