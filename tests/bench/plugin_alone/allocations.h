// SPDX-License-Identifier: MIT
// Counts calls of malloc, calloc, realloc and their kin in this process, the plugin's included. Off unless
// asked for, so that timing pays only for a test of a flag.
//
// Threads: any; the count is of all threads together. Owns nothing.
#pragma once

#include <cstdint>

namespace restanza::bench {

void count_allocations(bool on);  // from zero
uint64_t allocations();

}  // namespace restanza::bench
