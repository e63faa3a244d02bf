// SPDX-License-Identifier: MIT
#include "net/tls_identity.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

#include "base/file.h"

namespace restanza::host {
namespace {

template <auto kFree>
struct Freed {
  template <class T>
  void operator()(T* thing) const {
    kFree(thing);
  }
};
using Bio = std::unique_ptr<BIO, Freed<&BIO_free>>;
using Certificate = std::unique_ptr<X509, Freed<&X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<&EVP_PKEY_free>>;

// A key's text, wiped at its end.
struct Secret {
  explicit Secret(std::string given) : text(std::move(given)) {}
  ~Secret() { OPENSSL_cleanse(text.data(), text.size()); }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  std::string text;
};

// Also empties the queue of errors.
std::string reason() {
  const char* text = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return text ? text : "no reason was given";
}

Bio bio_of(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));  // at most kMaxFile
}

// The default would ask on the terminal.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

Result<std::string> content_of(const std::string& file) {
  if (auto content = read_file(file)) return std::move(*content);
  const std::string why = ::access(file.c_str(), R_OK) != 0 ? std::generic_category().message(errno)
                                                            : "it is no file, or larger than 1 MiB";
  return Error{"names '" + file + "', which cannot be read: " + why};
}

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned offered_size, void* spoken) {
  const std::string_view protocol(static_cast<const char*>(spoken));
  for (unsigned at = 0; at < offered_size; at += 1U + offered[at]) {
    const std::string_view name(reinterpret_cast<const char*>(offered) + at + 1, offered[at]);
    if (name != protocol) continue;
    *chosen = offered + at + 1;
    *size = offered[at];
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

void set_rules(SSL_CTX* context, const char* protocol) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  // The end of a connection without a word is taken for its end: the framing of what is spoken tells what is
  // missing.
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
  // A record at a time, so that nobody holds the loop with records that bring nothing; and an idle connection
  // keeps no buffers.
  SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context, 1);
  // Clients keep their sessions themselves, in tickets.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_alpn_select_cb(context, &choose_protocol, const_cast<char*>(protocol));
}

std::string text_of(const ASN1_TIME* time) {
  const Bio out(BIO_new(BIO_s_mem()));
  std::array<char, 64> text{};
  if (!out || ASN1_TIME_print(out.get(), time) != 1) return "an unknown time";
  const int size = BIO_read(out.get(), text.data(), static_cast<int>(text.size()));
  return std::string(text.data(), static_cast<size_t>(size > 0 ? size : 0));
}

std::string digest_of(const std::string& certificate, const std::string& key) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  std::string out;
  for (const std::string* text : {&certificate, &key}) {
    unsigned size = 0;
    EVP_Digest(text->data(), text->size(), digest.data(), &size, EVP_sha256(), nullptr);
    out.append(reinterpret_cast<const char*>(digest.data()), size);
  }
  return out;
}

}  // namespace

void TlsIdentity::Deleter::operator()(ssl_ctx_st* context) const {
  SSL_CTX_free(context);
}

TlsIdentity::~TlsIdentity() = default;

Result<void> TlsIdentity::use_certificates(const std::string& pem) {
  const Bio in = bio_of(pem);
  const Certificate own(PEM_read_bio_X509_AUX(in.get(), nullptr, &no_passphrase, nullptr));
  if (!own) return Error{"which holds no certificate in PEM: " + reason()};
  if (SSL_CTX_use_certificate(context_.get(), own.get()) != 1)
    return Error{"whose certificate cannot be used: " + reason()};
  expiry_ = text_of(X509_get0_notAfter(own.get()));
  for (;;) {
    const Certificate next(PEM_read_bio_X509(in.get(), nullptr, &no_passphrase, nullptr));
    if (!next) break;
    if (SSL_CTX_add1_chain_cert(context_.get(), next.get()) != 1)
      return Error{"whose chain cannot be used: " + reason()};
  }
  const bool end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (!end) return Error{"whose chain is damaged: " + reason()};
  ERR_clear_error();
  return {};
}

Result<void> TlsIdentity::use_key(const std::string& pem, const std::string& certificate_file) {
  const Bio in = bio_of(pem);
  const Key key(PEM_read_bio_PrivateKey(in.get(), nullptr, &no_passphrase, nullptr));
  if (!key) {
    const std::string why = reason();
    if (pem.find("ENCRYPTED") != std::string::npos)
      return Error{"whose key has a passphrase: write it without one, readable for this program only"};
    return Error{"which holds no private key in PEM: " + why};
  }
  const X509* own = SSL_CTX_get0_certificate(context_.get());
  if (X509_check_private_key(own, key.get()) != 1) {
    ERR_clear_error();
    return Error{"whose key does not belong to the certificate in '" + certificate_file +
                 "': take the two that were made together, the server's own certificate first"};
  }
  if (SSL_CTX_use_PrivateKey(context_.get(), key.get()) != 1)
    return Error{"whose key cannot be used: " + reason()};
  return {};
}

Result<std::shared_ptr<const TlsIdentity>, TlsIdentity::Fault> TlsIdentity::load(
    const std::string& certificate_file, const std::string& key_file, const char* protocol) {
  using Of = Fault::Of;
  auto certificate = content_of(certificate_file);
  if (!certificate) return Fault{Of::certificate, certificate.error().text};
  auto key_text = content_of(key_file);
  if (!key_text) return Fault{Of::key, key_text.error().text};
  const Secret key(std::move(*key_text));

  ERR_clear_error();
  std::shared_ptr<TlsIdentity> identity(new TlsIdentity());
  identity->context_.reset(SSL_CTX_new(TLS_server_method()));
  if (!identity->context_) return Fault{Of::certificate, "finds no working TLS library: " + reason()};
  set_rules(identity->context_.get(), protocol);
  if (const auto used = identity->use_certificates(*certificate); !used)
    return Fault{Of::certificate, "names '" + certificate_file + "', " + used.error().text};
  if (const auto used = identity->use_key(key.text, certificate_file); !used)
    return Fault{Of::key, "names '" + key_file + "', " + used.error().text};
  identity->digest_ = digest_of(*certificate, key.text);
  return std::shared_ptr<const TlsIdentity>(std::move(identity));
}

std::unique_ptr<TlsSession> TlsIdentity::accept(int socket) const {
  return TlsSession::accept(*context_, socket);
}

bool TlsIdentity::valid_now() const {
  const X509* own = SSL_CTX_get0_certificate(context_.get());
  return X509_cmp_current_time(X509_get0_notBefore(own)) < 0 &&
         X509_cmp_current_time(X509_get0_notAfter(own)) > 0;
}

}  // namespace restanza::host
