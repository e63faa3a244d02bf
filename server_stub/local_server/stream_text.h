// SPDX-License-Identifier: GPL-3.0-or-later
// The parts of a stream that are no stanzas (RFC 6120 section 4): its header, its errors, its end. Pure
// functions, any thread.
#pragma once

#include <string>

#include "base/result.h"
#include "xml/element.h"

namespace restanza::host::local {

inline constexpr const char* kStreamNamespace = "http://etherx.jabber.org/streams";
inline constexpr const char* kStreamEnd = "</stream:stream>";

// `to`: the address that the client named as its own in its header; may be empty.
std::string stream_header(const std::string& domain, const std::string& to);

std::string stream_error(const std::string& condition);

// What is wrong with a client's header, as the condition of a stream error; empty where nothing is.
std::string header_fault(const xml::Document& header, const std::string& default_ns,
                         const std::string& domain);

// The condition for what a stream reader refused.
std::string refusal_condition(const Error& refusal);

}  // namespace restanza::host::local
