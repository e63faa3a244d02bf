// SPDX-License-Identifier: MIT
// The handling of one complete request: a body in a content coding is decoded, then the handler is called.
//
// Threads: any, concurrently. Ownership: keeps nothing of a request.
#pragma once

#include "http_front/ready_request.h"

namespace restanza::host {

// What became of a request. The handler was called where it is `handled` or `threw`, unless memory ran out
// before that, which counts as `threw`.
enum class Handling { handled, unknown_coding, undecodable, threw };

Handling handle(ReadyRequest& ready);

}  // namespace restanza::host
