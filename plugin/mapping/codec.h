// SPDX-License-Identifier: MIT
// Stanzas as bodies and bodies as stanzas: picks the format by media type. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "mapping/media_type.h"
#include "xml/element.h"

namespace restanza::mapping {

// One element from bytes that nobody has looked at yet.
Result<xml::Document> decode(Format format, std::string_view body);

std::string encode(Format format, xml::Element stanza);

// mod_rest's JSON form of an HTTP error. `type` and `condition` as in a stanza error.
std::string error_json(int status, std::string_view type, std::string_view condition, std::string_view text);

}  // namespace restanza::mapping
