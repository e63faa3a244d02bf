// SPDX-License-Identifier: MIT
// How keys and elements are named to the caller: in HTTP header lists, in errors, in logs. Names come from
// outside, so anything that is no visible ASCII is percent-encoded, and the comma that separates lists.
// Pure functions, any thread. Internal to this folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "xml/element.h"

namespace restanza::mapping {

// The list has to fit into a header that proxies let through.
inline constexpr size_t kMaxNames = 64;
inline constexpr size_t kMaxNameBytes = 256;    // of one, before encoding; the rest is cut off
inline constexpr size_t kMaxNamesBytes = 4096;  // of all

std::string printable(std::string_view name);

// Appends unless it stands there already, within the limits.
void add_name(std::vector<std::string>& names, std::string_view name);

std::string pointer(const std::vector<std::string>& path);  // RFC 6901: "/oob/url"
std::string clark(xml::Element element);                    // "{urn:xmpp:ping}ping"

}  // namespace restanza::mapping
