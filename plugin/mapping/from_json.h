// SPDX-License-Identifier: MIT
// A JSON value, with what the path says, into a stanza: which kind and type it is, then its content. Pure
// function, any thread. Internal to this folder.
#pragma once

#include "mapping/codec.h"
#include "mapping/json/json.h"

namespace restanza::mapping {

Result<Decoded, Failure> from_json(Json value, const Hints& hints, const Options& options);

// Whether the path names a query, whose content the body is, and no type of iq.
bool names_query(const Hints& hints);

}  // namespace restanza::mapping
