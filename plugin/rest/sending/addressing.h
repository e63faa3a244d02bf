// SPDX-License-Identifier: MIT
// Makes a stanza out of a posted element: the root's name and namespace, the addresses, and what the caller
// may do with them. Of the root's attributes only from, to, id, type and xml:lang survive. Pure but for
// random ids.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "rest/access/caller.h"
#include "rest/answers/refusal.h"
#include "xml/element.h"

namespace restanza::rest {

// What the root's attributes become: `from` and `id` are there, and every address is prepared. `in_path`: the
// `to` stood in the request's path.
Result<xmpp::RootAttributes, Refusal> address(xmpp::RootAttributes given, const Caller& caller,
                                              bool in_path = false);

// Whether the element is a stanza by its name and namespace.
Result<xmpp::Kind, Refusal> kind_of(xml::Element root);

// Gives the element these attributes and no others.
void set_attributes(xml::Element root, const xmpp::RootAttributes& attributes);

// What an iq must be before it is sent: a get or set with exactly one child element (RFC 6120 section 8.2.3).
Result<void, Refusal> check_iq(const std::optional<std::string>& type, size_t children);

// Whether the stanza may go out for this caller: only an account's can do without `to`, and a token has
// limits.
Result<void, Refusal> check_rights(xmpp::Kind kind, const xmpp::RootAttributes& stanza, const Caller& caller);

}  // namespace restanza::rest
