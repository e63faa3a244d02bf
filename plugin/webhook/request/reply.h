// SPDX-License-Identifier: MIT
// From a stanza and the outcome of its request to the stanzas that go back. Pure functions, any thread.
#pragma once

#include <string>
#include <vector>

#include "mapping/codec.h"
#include "webhook/request/outcome.h"
#include "xmpp/stanza_tree.h"

namespace restanza::webhook {

inline constexpr size_t kMaxErrorText = 1024;  // bytes of a text/plain body that an error's text takes over

struct Answer {
  std::vector<xmpp::Stanza> stanzas;  // what to send, in this order
  std::string warning;                // for the log; empty where all went well
  std::vector<std::string> unmapped;  // keys of the answer that were dropped
};

Answer answer_to(const xmpp::StanzaTree& tree, const Outcome& outcome, const mapping::Options& options);

}  // namespace restanza::webhook
