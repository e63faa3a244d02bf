// SPDX-License-Identifier: MIT
// Which IP addresses are globally reachable, and which belong to this machine or a private network (the
// special-purpose registries of IANA, RFC 6890). Pure, any thread.
#pragma once

#include <sys/socket.h>

#include <string>

namespace restanza::webhook {

// False too for what is neither IPv4 nor IPv6. An address that stands for an IPv4 one (mapped, 6to4, NAT64)
// is what that one is.
bool is_public(const sockaddr& address);

// "192.0.2.1" or "2001:db8::1"; for people.
std::string text_of(const sockaddr& address);

}  // namespace restanza::webhook
