// SPDX-License-Identifier: MIT
// How large the head of a request may be. Plain values.
#pragma once

#include <cstddef>

namespace restanza::host {

struct HeadLimits {
  size_t max_header_bytes = 32 * 1024;  // request line and headers; past it 431
  size_t max_header_count = 100;        // past it 431
  size_t max_target_bytes = 8 * 1024;   // past it 414
};

}  // namespace restanza::host
