// SPDX-License-Identifier: MIT
// The gate for XML from outside: exactly one element, well-formed, in UTF-8, its namespaces declared, without
// DOCTYPE, comments or processing instructions (RFC 6120 section 11.1), within the limits. An XML declaration
// may stand first. Pure functions, any thread.
#pragma once

#include <string_view>

#include "base/result.h"
#include "xml/builder.h"

namespace restanza::xml {

// An error says what is wrong, and the line and column where there are some; it quotes nothing of the text.
// The first `own` bytes are the caller's and not the sender's: lines and columns are counted after them.
Result<Document> parse(std::string_view bytes, Limits limits = {}, size_t own = 0);

// Whether XML can hold the text at all (XML 1.0 section 2.2, production Char), as UTF-8.
bool representable(std::string_view text);

}  // namespace restanza::xml
