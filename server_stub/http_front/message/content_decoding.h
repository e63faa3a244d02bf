// SPDX-License-Identifier: MIT
// Decodes a body that came in a content coding: gzip (RFC 1952), deflate, which is the zlib format (RFC
// 1950), or br (RFC 7932). It takes exactly one stream: a second gzip member, bytes after the end, a missing
// end and a wrong checksum are all refused. Decoding stops at the first byte past the limit, so that a few
// bytes which unfold to very many cost no more than a body that is allowed.
//
// Threads: pure function, any thread. Throws std::bad_alloc.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "http_front/message/content_coding.h"

namespace restanza::host {

enum class Decoding { whole, too_large, broken };

// `limit`: bytes of the decoded body. `decoded` is the body where the result is `whole`; otherwise its
// content is not specified. A body in the coding `unknown` is broken.
Decoding decode(ContentCoding coding, std::string_view encoded, uint64_t limit, std::string& decoded);

}  // namespace restanza::host
