// SPDX-License-Identifier: MIT
// What text needs that the standard library lacks: ASCII case, trimming, splitting, the web's encodings.
// Pure functions, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace restanza {

std::string ascii_lower(std::string_view text);
bool ascii_equal_letters(std::string_view a, std::string_view b);  // of texts of the same length
inline bool ascii_equal(std::string_view a, std::string_view b) {  // ignoring ASCII case
  return a.size() == b.size() && ascii_equal_letters(a, b);        // most names differ in their length
}
std::string_view trim(std::string_view text);  // spaces, tabs, CR, LF
std::vector<std::string_view> split(std::string_view text, char separator);

// Decimal digits only, no sign, no spaces; absent where the text is anything else or too large.
std::optional<uint64_t> parse_number(std::string_view digits);

// A decimal number such as "2" or "0.5": digits with at most one point, no sign or exponent.
std::optional<double> parse_decimal(std::string_view text);

bool is_ascii(std::string_view text);
bool valid_utf8(std::string_view text);

std::string hex(std::string_view bytes);                          // lower case
std::optional<std::string> hex_decode(std::string_view text);     // either case
std::string base64(std::string_view bytes);                       // RFC 4648 section 4, padded
std::string base64url(std::string_view bytes);                    // RFC 4648 section 5, unpadded
std::optional<std::string> base64_decode(std::string_view text);  // section 4; padding may be missing

// RFC 3986 section 2.1. Encoding keeps the unreserved characters only; decoding refuses a '%' without
// two hex digits. `plus_is_space` reads application/x-www-form-urlencoded.
std::string percent_encode(std::string_view text);
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

// Shell-like pattern in which '*' stands for any run of characters and everything else for itself.
bool glob_match(std::string_view pattern, std::string_view text);

}  // namespace restanza
