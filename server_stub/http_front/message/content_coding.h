// SPDX-License-Identifier: MIT
// What Content-Encoding says of a body (RFC 9110 section 8.4).
//
// Threads: pure functions, any thread.
#pragma once

#include <string_view>
#include <vector>

#include "http_front/message/header.h"

namespace restanza::host {

enum class ContentCoding { identity, gzip, deflate, br, unknown };

// Several codings, one upon the other, are unknown too.
ContentCoding content_coding(const std::vector<Header>& headers);

std::string_view name_of(ContentCoding coding);

}  // namespace restanza::host
