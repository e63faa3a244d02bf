// SPDX-License-Identifier: MIT
// What a batch is answered with: a line of JSON for each stanza, which says its number. Pure, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "http/request.h"
#include "rest/answers/refusal.h"

namespace restanza::rest {

// The server holds it. `unmapped`: keys that were dropped.
std::string accepted_line(uint64_t number, const std::string& id, const std::vector<std::string>& unmapped);

// `ended`: nothing from this stanza on was looked at.
std::string refused_line(uint64_t number, const Refusal& refusal, bool ended = false);

// An iq's answer, or the error in its place, as a request of its own would have got it in JSON.
std::string answered_line(uint64_t number, const std::string& id, const http::Response& answer);

}  // namespace restanza::rest
