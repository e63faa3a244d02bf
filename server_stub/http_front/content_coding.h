// SPDX-License-Identifier: GPL-3.0-or-later
// What Content-Encoding says of a body, and whether a decoded body was all of it: httplib's decoders are
// content with any beginning of what was encoded, and a text that was cut off still looks like one.
//
// Threads: pure functions, any thread.
#pragma once

#include <string_view>
#include <vector>

#include "http_front/front.h"

namespace restanza::host {

enum class ContentCoding { identity, gzip, deflate, br, unknown };

// Several codings, one upon the other, are unknown too.
ContentCoding content_coding(const std::vector<Header>& headers);

std::string_view name_of(ContentCoding coding);

// Whether `encoded`, of which `decoded` was made, ends where its coding says.
bool is_whole(ContentCoding coding, std::string_view encoded, std::string_view decoded);

}  // namespace restanza::host
