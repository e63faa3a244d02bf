// SPDX-License-Identifier: MIT
// What comes from clients and from the network, friendly and not. Pure functions, any thread.
#pragma once

#include <string>
#include <vector>

#include "host.h"

namespace restanza::check {

// An account that the host's accounts know, so that plugins which ask who it is let it in.
inline constexpr const char* kAuthorization = "Basic YWxpY2U6d29uZGVy";

// Requests that a plugin may understand: to each route and below it, a stanza that is posted among them.
std::vector<Request> requests(const Host& host);
Request post(const Host::Place& route, const std::string& stanza);

// An iq that asks somebody, posted to each route: a plugin may leave it open until the answer comes.
std::vector<Request> questions(const Host& host, const std::string& id);

// Requests that no decent client sends.
std::vector<Request> hostile_requests(const Host& host);

// Stanzas for the domain and for somebody at it, of each kind.
std::vector<Stanza> stanzas(const Host& host);
std::vector<Stanza> hostile_stanzas(const Host& host);

// The value of the root's attribute, as it is written; empty where there is none.
std::string root_attribute(const std::string& xml, const std::string& name);

// The answer to an iq that the plugin sent; a kind of 0 where it asks nothing.
Stanza answer_to(const std::string& iq);

}  // namespace restanza::check
