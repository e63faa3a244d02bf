// SPDX-License-Identifier: GPL-3.0-or-later
#include "local_server/sasl/sasl_exchange.h"

#include <optional>
#include <vector>

#include "base/random.h"
#include "base/str.h"
#include "local_server/sasl/scram.h"
#include "xmpp/jid.h"

namespace restanza::host::local {
namespace {

// RFC 4616: authzid NUL authcid NUL password.
class Plain final : public SaslExchange {
 public:
  explicit Plain(const Accounts& accounts) : accounts_(accounts) {}

  SaslStep respond(std::string_view message) override {
    const std::vector<std::string_view> parts = split(message, '\0');
    if (parts.size() != 3 || parts[1].empty() || parts[2].empty() || !valid_utf8(message)) {
      return SaslStep::failure("malformed-request");
    }
    claim_ = {accounts_.node_of(parts[1]).value_or(std::string(parts[1])), std::string(parts[2])};
    const auto node = accounts_.check(parts[1], parts[2]);
    if (!node) return SaslStep::failure("not-authorized");
    if (!authorizes_itself(parts[0], *node, accounts_)) return SaslStep::failure("invalid-authzid");
    return SaslStep::success(*node);
  }
  const SaslClaim* claim() const override { return claim_ ? &*claim_ : nullptr; }

 private:
  const Accounts& accounts_;
  std::optional<SaslClaim> claim_;
};

// RFC 4505; the trace information that a client may send is of no use here.
class Anonymous final : public SaslExchange {
 public:
  SaslStep respond(std::string_view) override { return SaslStep::success(hex(random_bytes(12))); }
};

}  // namespace

std::unique_ptr<SaslExchange> begin_exchange(std::string_view mechanism, const Accounts& accounts,
                                             bool anonymous) {
  if (mechanism == "SCRAM-SHA-1") return std::make_unique<Scram>(accounts, random_id());
  if (mechanism == "PLAIN") return std::make_unique<Plain>(accounts);
  if (mechanism == "ANONYMOUS" && anonymous) return std::make_unique<Anonymous>();
  return nullptr;
}

bool authorizes_itself(std::string_view authzid, const std::string& node, const Accounts& accounts) {
  if (authzid.empty()) return true;
  const auto jid = xmpp::Jid::parse(authzid);
  return jid && jid->full() == node + "@" + accounts.domain();
}

}  // namespace restanza::host::local
