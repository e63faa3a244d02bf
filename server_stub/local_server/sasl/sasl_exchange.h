// SPDX-License-Identifier: GPL-3.0-or-later
// One try of one SASL mechanism, as a server: messages in, steps out, without their wire encoding. One
// thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "local_server/sasl/accounts.h"

namespace restanza::host::local {

struct SaslStep {
  enum class Kind { challenge, success, failure };
  Kind kind = Kind::failure;
  std::string data;       // for the client: a challenge, or what goes with success
  std::string node;       // success: who has logged in
  std::string condition;  // failure: its name in RFC 6120 section 6.5

  static SaslStep challenge(std::string data) { return {Kind::challenge, std::move(data), "", ""}; }
  static SaslStep success(std::string node, std::string data = "") {
    return {Kind::success, std::move(data), std::move(node), ""};
  }
  static SaslStep failure(std::string condition) { return {Kind::failure, "", "", std::move(condition)}; }
};

// Whom a client claims to be.
struct SaslClaim {
  std::string node;    // prepared where it can be a name
  std::string secret;  // empty where the mechanism does not show it
};

class SaslExchange {
 public:
  virtual ~SaslExchange() = default;
  virtual SaslStep respond(std::string_view message) = 0;
  // Once something was compared, right or wrong; null before, and where nothing is to be proven.
  virtual const SaslClaim* claim() const { return nullptr; }
};

// The exchange of a mechanism; none where the name is not among those that are offered.
std::unique_ptr<SaslExchange> begin_exchange(std::string_view mechanism, const Accounts& accounts,
                                             bool anonymous);

// Whether a client that may name whom it acts for (RFC 6120 section 6.3.8) names itself or nobody.
bool authorizes_itself(std::string_view authzid, const std::string& node, const Accounts& accounts);

}  // namespace restanza::host::local
