// SPDX-License-Identifier: MIT
// The body of an answer that came in a content coding (RFC 9110 section 8.4), though none was asked for. Pure
// function, any thread.
#pragma once

#include <cstddef>
#include <string_view>

#include "webhook/request/outcome.h"

namespace restanza::webhook {

// `coding`: the answer's Content-Encoding; empty: none. The body becomes what it was before, of at most
// `limit` bytes. Where it cannot, it stays as it came, and `unreadable` says why. Throws std::bad_alloc.
void unpack(Outcome& outcome, std::string_view coding, size_t limit);

}  // namespace restanza::webhook
