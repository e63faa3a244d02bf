// SPDX-License-Identifier: MIT
// Random ids and keys, from the operating system's generator. Any thread.
#pragma once

#include <cstddef>
#include <string>

namespace restanza {

// `count` random bytes (getrandom(2), which does not fail for sizes up to 256 once the system is up).
std::string random_bytes(size_t count);

// 24 characters of the URL-safe base64 alphabet: 144 bits, enough that ids never meet.
std::string random_id();

}  // namespace restanza
