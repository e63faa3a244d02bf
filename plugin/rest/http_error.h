// SPDX-License-Identifier: MIT
// A refusal as a response: HTML for browsers, a stream error in XML, or JSON, as the client's Accept says.
// Pure, any thread.
#pragma once

#include <string_view>

#include "http/request.h"
#include "rest/refusal.h"

namespace restanza::rest {

http::Response error_response(const Refusal& refusal, std::string_view accept);

}  // namespace restanza::rest
