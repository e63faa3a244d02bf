// SPDX-License-Identifier: MIT
// What a request says of its stanza outside of the body: its target and its language. Pure functions, any
// thread.
#pragma once

#include <string>

#include "base/result.h"
#include "xmpp/stanza_tree.h"

namespace restanza::webhook {

// An error names the {field} that there is not.
Result<void> check_fields(const std::string& target);

// The request target with its {fields} replaced by the stanza's values, percent-encoded. The sender chooses
// most of them, so in the path each value is one segment, whatever it holds: a dot segment is encoded twice,
// and an absent value has a stand-in, `normal` or `available` for a type and `-` for an address. In the query
// an absent value is empty.
std::string fill_fields(const std::string& target, const xmpp::Stanza& stanza);

// The same for the request that asks an endpoint what it likes, as mod_rest fills it.
std::string probe_target(const std::string& target, const std::string& domain);

// The stanza's own xml:lang where it has the form of a language tag (RFC 5646), else empty.
std::string language_of(const xmpp::StanzaTree& tree);

}  // namespace restanza::webhook
