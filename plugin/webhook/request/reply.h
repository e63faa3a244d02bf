// SPDX-License-Identifier: MIT
// From a stanza and the outcome of its request to the stanzas that go back. Pure functions, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mapping/codec.h"
#include "webhook/request/outcome.h"
#include "xmpp/stanza_error.h"
#include "xmpp/stanza_tree.h"

namespace restanza::webhook {

inline constexpr size_t kMaxErrorText = 1024;  // bytes of a text/plain body that an error's text takes over

struct Answer {
  std::vector<xmpp::Stanza> stanzas;  // what to send, in this order
  std::string warning;                // for the log; empty where all went well
  std::vector<std::string> unmapped;  // keys of the answer that were dropped
  std::string unsent = {};            // for people: why the reply that the endpoint gave is not among them
};

// `max_stanza`: bytes of the largest stanza that can be sent. In place of a larger reply there is an error.
// `in_room`: it comes from a room that its recipient has joined, or from an occupant there. An error for a
// message or presence of a room would put the recipient out of it, so there is none, whoever made it.
Answer answer_to(const xmpp::StanzaTree& tree, const Outcome& outcome, const mapping::Options& options,
                 size_t max_stanza = SIZE_MAX, bool in_room = false);

}  // namespace restanza::webhook
