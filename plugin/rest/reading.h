// SPDX-License-Identifier: MIT
// A request's stanza: decoded from the body by its media type, with what the path says, or from a query's
// parameters; then addressed as the caller's. Pure but for random ids; any thread.
#pragma once

#include "base/result.h"
#include "http/request.h"
#include "mapping/codec.h"
#include "rest/addressing.h"
#include "rest/caller.h"
#include "rest/refusal.h"
#include "rest/target.h"

namespace restanza::rest {

struct Posted {
  mapping::Decoded decoded;
  Addressed stanza;  // what its root becomes

  xml::Element root() const { return decoded.document.root(); }
};

Result<Posted, Refusal> read_stanza(const http::Request& request, const Target& target, const Caller& caller,
                                    const mapping::Options& options);

}  // namespace restanza::rest
