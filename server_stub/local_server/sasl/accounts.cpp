// SPDX-License-Identifier: GPL-3.0-or-later
#include "local_server/sasl/accounts.h"

#include "base/constant_time.h"
#include "base/random.h"
#include "base/str.h"
#include "xmpp/jid.h"

namespace restanza::host::local {
namespace {

constexpr size_t kKeyBytes = 32;
constexpr size_t kSaltBytes = 16;

}  // namespace

Accounts::Accounts(std::string domain) : domain_(std::move(domain)), process_key_(random_bytes(kKeyBytes)) {
  nobody_.keys = {random_bytes(20), random_bytes(20)};
  nobody_.password_tag = random_bytes(kKeyBytes);
}

Result<Accounts> Accounts::load(std::string domain, const std::map<std::string, std::string>& passwords) {
  Accounts accounts(std::move(domain));
  for (const auto& [name, password] : passwords) {
    const auto node = accounts.node_of(name);
    if (!node) {
      return Error{"the account '" + name + "' is no name at " + accounts.domain_ + "; write it as 'alice'"};
    }
    const auto prepared = xmpp::saslprep(password);
    if (!prepared || prepared->empty()) {
      return Error{"the password of the account '" + name +
                   "' is empty or has characters that SASLprep forbids"};
    }
    Account account;
    account.keys = derive_keys(*prepared, accounts.salt_of(*node), kScramIterations);
    account.password_tag = accounts.password_tag(*node, *prepared);
    if (!accounts.accounts_.emplace(*node, std::move(account)).second) {
      return Error{"the account '" + name + "' is given twice: as '" + *node + "' once prepared"};
    }
  }
  return accounts;
}

std::optional<std::string> Accounts::node_of(std::string_view name) const {
  const bool whole = name.find('@') != std::string_view::npos;
  const auto jid = xmpp::Jid::parse(whole ? std::string(name) : std::string(name) + "@" + domain_);
  if (!jid || jid->node.empty() || !jid->resource.empty() || jid->domain != domain_) return std::nullopt;
  return jid->node;
}

std::optional<std::string> Accounts::check(std::string_view name, std::string_view password) const {
  auto node = node_of(name);
  const auto found = node ? accounts_.find(*node) : accounts_.end();
  const bool known = found != accounts_.end();
  const auto prepared = xmpp::saslprep(password);
  const std::string tag = password_tag(node ? *node : name, prepared ? *prepared : std::string());
  const bool right = constant_time_equal(tag, known ? found->second.password_tag : nobody_.password_tag);
  if (!known || !right) return std::nullopt;
  return node;
}

std::string Accounts::salt_of(std::string_view node) const {
  return hmac_sha256(process_key_, std::string("salt") + '\0' + std::string(node)).substr(0, kSaltBytes);
}

ScramKeys Accounts::keys_of(const std::string& node) const {
  const auto found = accounts_.find(node);
  return found == accounts_.end() ? nobody_.keys : found->second.keys;
}

std::string Accounts::password_tag(std::string_view node, std::string_view password) const {
  return hmac_sha256(process_key_,
                     std::string("password") + '\0' + std::string(node) + '\0' + std::string(password));
}

}  // namespace restanza::host::local
