// SPDX-License-Identifier: GPL-3.0-or-later
// SASL as a stream speaks it (RFC 6120 section 6): elements in, text out, tries counted. Who guesses is told
// late, and not at all what came of a try while an earlier failure waits. One thread.
#pragma once

#include <memory>
#include <string>

#include "local_server/sasl/sasl_exchange.h"
#include "login/failed_logins.h"
#include "xml/element.h"

namespace restanza::host::local {

inline constexpr const char* kSaslNamespace = "urn:ietf:params:xml:ns:xmpp-sasl";

class SaslNegotiation {
 public:
  struct Answer {
    std::string xml;
    std::string node;            // whom the stream belongs to from now on; empty before success
    bool give_up = false;        // too many failures: the stream ends
    std::string condition;       // of a failure, for the log
    FailedLogins::Wait late{0};  // before it is told
  };

  // `peer`: the client's address. What is referred to outlives it.
  SaslNegotiation(const Accounts& accounts, FailedLogins& failed, std::string peer, bool anonymous,
                  unsigned attempts)
      : accounts_(accounts),
        failed_(failed),
        peer_(std::move(peer)),
        anonymous_(anonymous),
        attempts_left_(attempts) {}

  std::string mechanisms() const;  // the feature
  Answer handle(xml::Element element);

 private:
  Answer begin(xml::Element auth);
  Answer go_on(const std::string& encoded);
  Answer failed(const std::string& condition);

  const Accounts& accounts_;
  FailedLogins& failed_;
  const std::string peer_;
  const bool anonymous_;
  unsigned attempts_left_;
  std::unique_ptr<SaslExchange> exchange_;
};

}  // namespace restanza::host::local
