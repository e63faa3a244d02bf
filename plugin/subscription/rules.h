// SPDX-License-Identifier: MIT
// Which stanzas an endpoint wants. Immutable after it is made, any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "subscription/filter.h"
#include "xmpp/stanza_tree.h"

namespace restanza::subscription {

Event event_of(const xmpp::Stanza& stanza);

// The type as filters name it: what RFC 6121 takes the absent and, for messages, the unknown for.
std::string_view type_of(const xmpp::Stanza& stanza);

// An error names the type that no stanza has.
Result<void> check_types(const std::vector<std::string>& types);

class Rules {
 public:
  explicit Rules(StanzaFilter filter) : filter_(std::move(filter)) {}

  // Asks for the tree only where a filter asks for what is inside.
  bool wants(const xmpp::StanzaTree& tree) const;

 private:
  bool of_wanted_type(const xmpp::Stanza& stanza) const;
  bool has_wanted_child(const xmpp::StanzaTree& tree) const;

  const StanzaFilter filter_;
};

}  // namespace restanza::subscription
