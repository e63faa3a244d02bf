// SPDX-License-Identifier: MIT
// A client that speaks TLS with exactly the bytes it is given.
#pragma once

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <functional>
#include <memory>
#include <string>

#include "http_front/settings.h"
#include "net/tls_identity.h"
#include "raw_client.h"
#include "support/pem.h"

namespace restanza {

// The identity that is in two files of that directory, written for it.
inline std::shared_ptr<const host::TlsIdentity> identity_in(const std::string& directory, const Pem& pem) {
  auto loaded = host::TlsIdentity::load(write_file(directory + "/certificate.pem", pem.certificate),
                                        write_file(directory + "/key.pem", pem.key), host::kHttpOverTls);
  return loaded ? *loaded : nullptr;
}

class TlsClient final : public RawClient {
 public:
  using Rules = std::function<void(SSL*)>;

  // Any certificate is believed; name() tells whose it was.
  explicit TlsClient(uint16_t port, const Rules& rules = {}, int receive_buffer = 0)
      : RawClient(port, receive_buffer), context_(SSL_CTX_new(TLS_client_method())), ssl_(SSL_new(context_)) {
    SSL_CTX_set_options(context_, SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_set_fd(ssl_, socket());
    SSL_set_connect_state(ssl_);
    if (rules) rules(ssl_);
  }
  ~TlsClient() override {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }

  bool shake_hands() { return SSL_connect(ssl_) == 1; }
  void close_notify() { SSL_shutdown(ssl_); }
  bool saw_close_notify() const { return (SSL_get_shutdown(ssl_) & SSL_RECEIVED_SHUTDOWN) != 0; }
  SSL* ssl() { return ssl_; }
  std::string name() const {
    X509* certificate = SSL_get1_peer_certificate(ssl_);
    std::array<char, 64> text{};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, text.data(),
                              static_cast<int>(text.size()));
    X509_free(certificate);
    return text.data();
  }

 protected:
  ssize_t transmit(std::string_view bytes) override {
    ERR_clear_error();
    return SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
  }
  ssize_t obtain(char* to, size_t size) override {
    ERR_clear_error();
    return SSL_read(ssl_, to, static_cast<int>(size));
  }

 private:
  SSL_CTX* context_;
  SSL* ssl_;
};

}  // namespace restanza
