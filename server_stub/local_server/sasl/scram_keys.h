// SPDX-License-Identifier: GPL-3.0-or-later
// The keys that SCRAM-SHA-1 (RFC 5802) keeps instead of a password, and what it computes with them, on
// OpenSSL. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

namespace restanza::host::local {

inline constexpr unsigned kScramIterations = 4096;  // at least that many, RFC 5802 section 5.1

// What a server keeps instead of the password.
struct ScramKeys {
  std::string stored_key;
  std::string server_key;
};

std::string sha1(std::string_view bytes);
std::string hmac_sha1(std::string_view key, std::string_view bytes);
std::string hmac_sha256(std::string_view key, std::string_view bytes);
std::string exclusive_or(std::string_view a, std::string_view b);  // of one length

// `password` is prepared with SASLprep.
ScramKeys derive_keys(std::string_view password, std::string_view salt, unsigned iterations);

// Whether the proof that a client sent shows that it knows the password.
bool proof_holds(const ScramKeys& keys, std::string_view auth_message, std::string_view proof);

}  // namespace restanza::host::local
