// SPDX-License-Identifier: MIT
// Who the server is on its TLS connections: a certificate with its chain and key, and the rules under which
// connections are made (TLS 1.2 or newer, no renegotiation, no compression).
//
// Threads: any. Ownership: sessions keep what they need of it, so they may outlive it.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "net/tls_session.h"

namespace restanza::host {

class TlsIdentity {
 public:
  struct Fault {
    enum class Of { certificate, key };
    Of of;
    std::string text;  // goes on behind the name of the setting
  };

  // PEM files: the certificate, then those that lead from it to an authority; and its private key. Both may
  // be one file. `protocol`: what is spoken over TLS, by its name in RFC 7301; a client that offers others
  // only is refused. It is a literal: sessions read it for as long as they live.
  static Result<std::shared_ptr<const TlsIdentity>, Fault> load(const std::string& certificate_file,
                                                                const std::string& key_file,
                                                                const char* protocol);
  ~TlsIdentity();
  TlsIdentity(const TlsIdentity&) = delete;
  TlsIdentity& operator=(const TlsIdentity&) = delete;

  std::unique_ptr<TlsSession> accept(int socket) const;  // null: no memory is left
  bool same_as(const TlsIdentity& other) const { return digest_ == other.digest_; }
  const std::string& expiry() const { return expiry_; }  // "Nov 22 21:00:00 2027 GMT"
  bool valid_now() const;

 private:
  struct Deleter {
    void operator()(ssl_ctx_st* context) const;
  };

  TlsIdentity() = default;
  Result<void> use_certificates(const std::string& pem);
  Result<void> use_key(const std::string& pem, const std::string& certificate_file);

  std::unique_ptr<ssl_ctx_st, Deleter> context_;
  std::string digest_;  // of the files' content
  std::string expiry_;
};

}  // namespace restanza::host
