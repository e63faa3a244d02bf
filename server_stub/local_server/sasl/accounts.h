// SPDX-License-Identifier: GPL-3.0-or-later
// Who may log in, and how that is checked. Unchanging once loaded: any thread. No password is kept: for SCRAM
// the derived keys, and for passwords that arrive in the clear an HMAC under a key of this process, which is
// compared in a microsecond, so that a check need not leave the thread that asks.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "local_server/sasl/scram_keys.h"

namespace restanza::host::local {

class Accounts {
 public:
  // `domain` is prepared. An error names the account that cannot be used, never its password.
  static Result<Accounts> load(std::string domain, const std::map<std::string, std::string>& passwords);

  const std::string& domain() const { return domain_; }
  bool exists(const std::string& node) const { return accounts_.count(node) > 0; }

  // The localpart that a name means, "alice" or "alice@localhost" as people write it; absent where it can be
  // no name at this domain. It need not exist.
  std::optional<std::string> node_of(std::string_view name) const;

  // The account's localpart where name and password are right.
  std::optional<std::string> check(std::string_view name, std::string_view password) const;

  // The same for one name as long as the process lives, whether or not the name exists.
  std::string salt_of(std::string_view node) const;
  // For a name that does not exist: keys that match no password.
  ScramKeys keys_of(const std::string& node) const;

 private:
  struct Account {
    ScramKeys keys;
    std::string password_tag;
  };

  explicit Accounts(std::string domain);
  std::string password_tag(std::string_view node, std::string_view password) const;

  std::string domain_;
  std::string process_key_;
  std::map<std::string, Account> accounts_;
  Account nobody_;
};

}  // namespace restanza::host::local
