// SPDX-License-Identifier: MIT
// A request's stanza: decoded from the body by its media type, with what the path says, or from a query's
// parameters; then addressed as the caller's. Pure but for random ids; any thread.
#pragma once

#include "base/result.h"
#include "http/request.h"
#include "mapping/codec.h"
#include "rest/access/caller.h"
#include "rest/answers/refusal.h"
#include "rest/routing/target.h"
#include "rest/sending/addressing.h"
#include "xmpp/plain_stanza.h"

namespace restanza::rest {

// A stanza that came in plain form has no tree.
struct Posted {
  xmpp::Kind kind;
  xmpp::RootAttributes attributes;  // what its root's become
  std::optional<xmpp::PlainStanza> plain;
  mapping::Decoded decoded = {};

  xml::Element root() const { return decoded.document.root(); }
  size_t children() const;
  xmpp::Stanza make();  // leaves no attributes
};

// Points into the request's body.
Result<Posted, Refusal> read_stanza(const http::Request& request, const Target& target, const Caller& caller,
                                    const mapping::Options& options);

// The same with a tree, whatever the form.
Result<Posted, Refusal> read_tree(const http::Request& request, const Target& target, const Caller& caller,
                                  const mapping::Options& options);

}  // namespace restanza::rest
