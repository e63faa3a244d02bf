// SPDX-License-Identifier: GPL-3.0-or-later
// What a component's failed login likely means, and what to check: a row for each way in which it fails.
#pragma once

#include <string>
#include <string_view>

namespace restanza::host {

// Causes that are no stream error's condition (RFC 6120 section 4.9.3) and no stream's namespace.
namespace cause {
inline constexpr const char* kRefused = "refused";          // nothing listens there
inline constexpr const char* kUnreachable = "unreachable";  // no address, no way there, or no answer
inline constexpr const char* kNoStream = "no stream";       // connected, and no XMPP stream came back
}  // namespace cause

// `cause`: the condition of a stream error, the namespace of a stream that is not for components, or one of
// those above. A sentence without a full stop; empty where there is nothing to advise.
std::string advice_for(std::string_view cause);

}  // namespace restanza::host
