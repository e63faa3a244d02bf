// SPDX-License-Identifier: GPL-3.0-or-later
// SCRAM-SHA-1 (RFC 5802) as a server without channel binding. One thread. A name that does not exist gets as
// far as one with a wrong password, with a salt that stays the same.
#pragma once

#include <optional>
#include <string>

#include "local_server/sasl/sasl_exchange.h"

namespace restanza::host::local {

class Scram final : public SaslExchange {
 public:
  // `nonce`: the server's part of it, fresh for each exchange.
  Scram(const Accounts& accounts, std::string nonce);
  // For published vectors: the keys and the salt of the account "user" are given.
  Scram(const Accounts& accounts, std::string nonce, ScramKeys keys, std::string salt);

  SaslStep respond(std::string_view message) override;
  const SaslClaim* claim() const override { return claim_ ? &*claim_ : nullptr; }

 private:
  SaslStep first(std::string_view message);
  SaslStep final_message(std::string_view message);

  const Accounts& accounts_;
  std::string nonce_;
  bool given_ = false;
  ScramKeys keys_;
  std::string salt_;

  enum class Stage { first, final_message, over } stage_ = Stage::first;
  std::string gs2_header_;
  std::string authzid_;
  std::string node_;
  std::string client_first_bare_;
  std::string server_first_;
  std::optional<SaslClaim> claim_;
};

}  // namespace restanza::host::local
