// SPDX-License-Identifier: GPL-3.0-or-later
// What a domain answers by itself when no plugin took a stanza: ping (XEP-0199), disco (XEP-0030), version
// (XEP-0092) and, for a server, last activity (XEP-0012); an error for what it does not know. One piece for
// the embedded server and for components. Pure but for the clock; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "xmpp/stanza.h"

namespace restanza::host {

struct DomainIdentity {
  std::string domain;
  std::string category;            // "server" or "component"
  std::string type;                // "im" or "generic"
  std::vector<std::string> items;  // addresses that disco#items lists
};

class DomainService {
 public:
  DomainService(DomainIdentity identity, const Clock& clock);

  // The answer to a stanza for the domain (or, for a component, for anybody at it: those get errors only).
  // Absent: nothing is sent, as for presence, answers and errors.
  std::optional<xmpp::Stanza> answer(const xmpp::Stanza& stanza) const;

 private:
  const DomainIdentity identity_;
  const Clock& clock_;
  const Instant started_;
};

}  // namespace restanza::host
