// SPDX-License-Identifier: MIT
// The content codings that are known here, by their names in HTTP (RFC 9110 section 8.4.1), and their
// decoding. Decodes a body that came in a content coding: gzip (RFC 1952), deflate, which is the zlib format
// (RFC 1950), or br (RFC 7932). It takes exactly one stream: a second gzip member, bytes after the end, a
// missing end and a wrong checksum are all refused. Decoding stops at the first byte past the limit, so that
// a few bytes which unfold to very many cost no more than a body that is allowed.
//
// Threads: pure function, any thread. Throws std::bad_alloc.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace restanza {

enum class ContentCoding { identity, gzip, deflate, br, unknown };

// By its name in any letters. A list of several is unknown too.
ContentCoding coding_named(std::string_view name);

std::string_view name_of(ContentCoding coding);

enum class Decoding { whole, too_large, broken };

// `limit`: bytes of the decoded body. `decoded` is the body where the result is `whole`; otherwise its
// content is not specified. A body in the coding `unknown` is broken.
Decoding decode_content(ContentCoding coding, std::string_view encoded, uint64_t limit, std::string& decoded);

}  // namespace restanza
