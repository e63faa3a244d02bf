// SPDX-License-Identifier: MIT
// What Content-Encoding says of a body (RFC 9110 section 8.4).
//
// Threads: pure function, any thread.
#pragma once

#include <vector>

#include "base/content_decoding.h"
#include "http_front/message/header.h"

namespace restanza::host {

// Several codings, one upon the other, are unknown too.
ContentCoding content_coding(const std::vector<Header>& headers);

}  // namespace restanza::host
