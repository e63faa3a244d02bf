// SPDX-License-Identifier: MIT
// One secret of an endpoint, ready to sign (Standard Webhooks 1.0). Immutable after it is made, any thread.
// Owns the key, which OpenSSL holds; only the source file knows OpenSSL.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace restanza::webhook {

class SigningKey {
 public:
  // "whsec_" and the base64 of 24 to 64 bytes, with or without the prefix: HMAC-SHA256. "whsk_" and the
  // base64 of an Ed25519 key, 32 bytes of seed with or without the public key behind them. An error is what
  // can be said after the setting's name, and never the secret.
  static Result<std::shared_ptr<const SigningKey>> make(std::string_view secret);

  virtual ~SigningKey() = default;

  // "v1,..." or "v1a,..."; after a failure of OpenSSL without a signature, which a receiver then refuses.
  virtual std::string sign(std::string_view content) const = 0;

  // "whpk_" and base64; empty for a secret that both sides share.
  virtual std::string public_key() const = 0;
};

}  // namespace restanza::webhook
