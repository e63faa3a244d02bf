// SPDX-License-Identifier: MIT
// Whether bytes are one CBOR data item (RFC 8949 section 5.3.1) that JSON can express. The library recurses
// for every string inside an indefinite string without a limit, so this reads the bytes first, without
// recursion. Pure function, any thread. Internal to this folder.
#pragma once

#include <string_view>

namespace restanza::mapping {

// Well-formed, and without tags, byte strings, or chunked strings inside chunked strings.
bool is_plain_cbor(std::string_view bytes);

}  // namespace restanza::mapping
