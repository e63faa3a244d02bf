// SPDX-License-Identifier: MIT
// Which stanzas a webhook wants, and the address and language of its request for one. Immutable after it is
// made, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "webhook/settings.h"
#include "xmpp/stanza.h"

namespace restanza::webhook {

Event event_of(const xmpp::Stanza& stanza);

// The type as filters name it: what RFC 6121 takes the absent and, for messages, the unknown for.
std::string_view type_of(const xmpp::Stanza& stanza);

// An error names the type that no stanza has.
Result<void> check_types(const std::vector<std::string>& types);

class Rules {
 public:
  explicit Rules(const Settings& settings);

  // Reads the stanza's text only where a filter asks for what is inside.
  bool wants(const xmpp::Stanza& stanza) const;

 private:
  bool of_wanted_type(const xmpp::Stanza& stanza) const;
  bool has_wanted_child(const xmpp::Stanza& stanza) const;

  const std::string domain_;
  const uint32_t kinds_;
  const uint32_t events_;
  const std::vector<std::string> types_;
  const std::vector<std::string> from_;
  const std::vector<std::string> to_;
  const std::vector<std::string> namespaces_;
};

// An error names the {field} that there is not.
Result<void> check_fields(const std::string& target);

// The request target with its {fields} replaced by the stanza's values, percent-encoded; an absent value is
// empty.
std::string fill_fields(const std::string& target, const xmpp::Stanza& stanza);

// The same for the request that asks an endpoint what it likes, as mod_rest fills it.
std::string probe_target(const std::string& target, const std::string& domain);

// The stanza's own xml:lang where it has the form of a language tag (RFC 5646), else empty.
std::string language_of(const xmpp::Stanza& stanza);

}  // namespace restanza::webhook
