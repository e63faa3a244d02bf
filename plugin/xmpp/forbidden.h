// SPDX-License-Identifier: MIT
// Names the characters that an address may not have, and how XEP-0106 writes them in a localpart. Pure, any
// thread. Internal to this folder.
#pragma once

#include <string>
#include <string_view>

struct Stringprep_table;  // libidn's Stringprep_profile

namespace restanza::xmpp {

// For people: "a space", "'&'", "U+00A0" of one character of UTF-8.
std::string named_character(std::string_view character);

// How a localpart is to have the character: "; XEP-0106 writes it as '\20'". Empty for a character that
// XEP-0106 section 3.1 does not escape.
std::string escaping_of(std::string_view character);

// The first character of the text (UTF-8) that the profile refuses by itself; empty where there is none.
std::string_view first_forbidden(std::string_view text, const Stringprep_table* profile);

}  // namespace restanza::xmpp
