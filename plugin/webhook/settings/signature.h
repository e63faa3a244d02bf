// SPDX-License-Identifier: MIT
// Proves who sent a request: the headers of Standard Webhooks 1.0, signed with each of an endpoint's secrets,
// so that a receiver can take up a new one while the old one still works. Immutable after it is made, any
// thread; owns the keys.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "http/request.h"
#include "webhook/settings/signing_key.h"

namespace restanza::webhook {

class Signer {
 public:
  static constexpr size_t kMaxSecrets = 16;

  // As SigningKey reads them. An error names the setting, "secrets[0]", and the remedy, never a secret.
  static Result<Signer> make(const std::vector<std::string>& secrets);

  // webhook-id and webhook-timestamp; webhook-signature too where there are secrets, in their order. The id
  // must not hold a '.', which divides what is signed.
  std::vector<http::Header> headers(const std::string& id, WallTime now, std::string_view body) const;

  // What a receiver needs to check the Ed25519 signatures, in the order of the secrets: "whpk_" and base64.
  std::vector<std::string> public_keys() const;

 private:
  std::vector<std::shared_ptr<const SigningKey>> keys_;
};

}  // namespace restanza::webhook
