// SPDX-License-Identifier: MIT
// Certificates that a test makes for itself, and a client that speaks TLS with exactly the bytes it is given.
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <fstream>
#include <functional>
#include <memory>
#include <string>

#include "http_front/tls_identity.h"
#include "raw_client.h"

namespace restanza {

struct Pem {
  std::string certificate;
  std::string key;
};

inline std::string text_of(BIO* bio) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio, &bytes);
  std::string text(bytes, static_cast<size_t>(size));
  BIO_free(bio);
  return text;
}

// Self-signed, valid from an hour ago for `hours`; with a passphrase, the key is encrypted.
inline Pem make_pem(const std::string& name, int hours = 24, const char* passphrase = nullptr) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), (hours - 1) * 3600L);
  X509_NAME* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate, subject);
  X509_set_pubkey(certificate, key);
  X509_sign(certificate, key, EVP_sha256());
  Pem pem;
  BIO* out = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(out, certificate);
  pem.certificate = text_of(out);
  out = BIO_new(BIO_s_mem());
  PEM_write_bio_PKCS8PrivateKey(out, key, passphrase ? EVP_aes_128_cbc() : nullptr, passphrase,
                                passphrase ? static_cast<int>(std::strlen(passphrase)) : 0, nullptr, nullptr);
  pem.key = text_of(out);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return pem;
}

inline std::string write_file(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::trunc) << text;
  return path;
}

// The identity that is in two files of that directory, written for it.
inline std::shared_ptr<const host::TlsIdentity> identity_in(const std::string& directory, const Pem& pem) {
  auto loaded = host::TlsIdentity::load(write_file(directory + "/certificate.pem", pem.certificate),
                                        write_file(directory + "/key.pem", pem.key));
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
