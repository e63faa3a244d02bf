// SPDX-License-Identifier: MIT
// A refusal as a response: a stream error in XML, JSON, or HTML, as the client's Accept says; HTML only where
// that names text/html, as browsers do. Where any of them will do, or none is accepted, a request in XML gets
// XML, and every other JSON. Pure, any thread.
#pragma once

#include <string_view>

#include "http/request.h"
#include "rest/answers/refusal.h"

namespace restanza::rest {

// `content_type`: of the request.
http::Response error_response(const Refusal& refusal, std::string_view accept,
                              std::string_view content_type = {});

}  // namespace restanza::rest
