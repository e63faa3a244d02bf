// SPDX-License-Identifier: MIT
// Makes a stanza out of a posted element: the root's name and namespace, the addresses, and what the caller
// may do with them. Of the root's attributes only from, to, id, type and xml:lang survive. Pure but for
// random ids.
#pragma once

#include "base/result.h"
#include "rest/caller.h"
#include "rest/refusal.h"
#include "xml/element.h"

namespace restanza::rest {

// Changes the element in place. Afterwards `from` and `id` are there and every address is prepared.
Result<void, Refusal> address(xml::Element root, const Caller& caller);

// What an iq must be before it is sent: a get or set with exactly one child element (RFC 6120 section 8.2.3).
Result<void, Refusal> check_iq(xml::Element root);

// Whether the addressed stanza may go out for this caller: only an account's can do without `to`, and a token
// has limits.
Result<void, Refusal> check_rights(xml::Element root, const Caller& caller);

}  // namespace restanza::rest
