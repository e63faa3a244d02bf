// SPDX-License-Identifier: GPL-3.0-or-later
#include "local_server/sasl/scram.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/str.h"
#include "xmpp/jid.h"

namespace restanza::host::local {
namespace {

// The value of "k=value"; absent where the attribute is another one.
std::optional<std::string_view> value_of(std::string_view attribute, char name) {
  if (attribute.size() < 2 || attribute[0] != name || attribute[1] != '=') return std::nullopt;
  return attribute.substr(2);
}

// A saslname stands with its ',' as "=2C" and its '=' as "=3D".
std::optional<std::string> unescape_name(std::string_view text) {
  std::string name;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=') {
      name += text[i];
      continue;
    }
    const std::string_view code = text.substr(i, 3);
    if (code != "=2C" && code != "=3D") return std::nullopt;
    name += code == "=2C" ? ',' : '=';
    i += 2;
  }
  return name;
}

bool is_nonce(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

}  // namespace

Scram::Scram(const Accounts& accounts, std::string nonce) : accounts_(accounts), nonce_(std::move(nonce)) {}

Scram::Scram(const Accounts& accounts, std::string nonce, ScramKeys keys, std::string salt)
    : accounts_(accounts),
      nonce_(std::move(nonce)),
      given_(true),
      keys_(std::move(keys)),
      salt_(std::move(salt)) {}

SaslStep Scram::respond(std::string_view message) {
  if (!valid_utf8(message)) return SaslStep::failure("malformed-request");
  if (stage_ == Stage::first) {
    stage_ = Stage::final_message;
    return first(message);
  }
  const bool due = stage_ == Stage::final_message;
  stage_ = Stage::over;
  return due ? final_message(message) : SaslStep::failure("malformed-request");
}

// client-first-message: "n,," or "y,," or "p=...,," (with "a=authzid" in the middle), then "n=name,r=nonce".
SaslStep Scram::first(std::string_view message) {
  const std::vector<std::string_view> parts = split(message, ',');
  if (parts.size() < 4) return SaslStep::failure("malformed-request");
  // Binding to a TLS channel was asked for, and there is none.
  if (value_of(parts[0], 'p')) return SaslStep::failure("not-authorized");
  if (parts[0] != "n" && parts[0] != "y") return SaslStep::failure("malformed-request");
  gs2_header_ = std::string(parts[0]) + "," + std::string(parts[1]) + ",";
  client_first_bare_ = std::string(message.substr(gs2_header_.size()));
  if (!parts[1].empty()) {
    const auto escaped = value_of(parts[1], 'a');
    const auto authzid = escaped ? unescape_name(*escaped) : std::nullopt;
    if (!authzid || authzid->empty()) return SaslStep::failure("malformed-request");
    authzid_ = *authzid;
  }

  // An "m=" in the name's place is an extension that must be understood, and is not (RFC 5802 section 5.1).
  const auto escaped = value_of(parts[2], 'n');
  const auto name = escaped ? unescape_name(*escaped) : std::nullopt;
  const auto client_nonce = value_of(parts[3], 'r');
  if (!name || name->empty() || !client_nonce || !is_nonce(*client_nonce)) {
    return SaslStep::failure("malformed-request");
  }
  node_ = accounts_.node_of(*name).value_or(*name);
  if (!given_) {
    keys_ = accounts_.keys_of(node_);
    salt_ = accounts_.salt_of(node_);
  }
  nonce_ = std::string(*client_nonce) + nonce_;
  server_first_ = "r=" + nonce_ + ",s=" + base64(salt_) + ",i=" + std::to_string(kScramIterations);
  return SaslStep::challenge(server_first_);
}

// client-final-message: "c=base64 of the gs2 header,r=nonce", extensions, ",p=proof" at the end.
SaslStep Scram::final_message(std::string_view message) {
  const size_t proof_at = message.rfind(",p=");
  const std::vector<std::string_view> parts = split(message, ',');
  if (proof_at == std::string_view::npos || parts.size() < 3) return SaslStep::failure("malformed-request");
  const auto binding = value_of(parts[0], 'c');
  const auto nonce = value_of(parts[1], 'r');
  const auto proof = base64_decode(message.substr(proof_at + 3));
  if (!binding || !nonce || !proof) return SaslStep::failure("malformed-request");
  if (*binding != base64(gs2_header_) || *nonce != nonce_) return SaslStep::failure("not-authorized");

  claim_ = {node_, ""};
  const std::string auth_message =
      client_first_bare_ + "," + server_first_ + "," + std::string(message.substr(0, proof_at));
  const bool right = proof_holds(keys_, auth_message, *proof);
  if (!right || (!given_ && !accounts_.exists(node_))) return SaslStep::failure("not-authorized");
  if (!authorizes_itself(authzid_, node_, accounts_)) return SaslStep::failure("invalid-authzid");
  return SaslStep::success(node_, "v=" + base64(hmac_sha1(keys_.server_key, auth_message)));
}

}  // namespace restanza::host::local
