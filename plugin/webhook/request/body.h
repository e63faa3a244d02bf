// SPDX-License-Identifier: MIT
// A stanza as the body of a webhook's request. Pure functions, any thread.
#pragma once

#include <string>
#include <vector>

#include "mapping/codec.h"
#include "xmpp/stanza_tree.h"

namespace restanza::webhook {

struct Body {
  mapping::Format format;
  std::string text;
  std::vector<std::string> unmapped;  // what the stanza has and the format has no place for
};

// As XML the stanza's own text. What no reader here understands goes as XML too, whatever was asked for: the
// endpoint may know more, and is told by the Content-Type.
Body body_of(const xmpp::StanzaTree& tree, mapping::Format format, const mapping::Options& options);

// Names without a mapping, for one line of the log: the first kMaxListed.
inline constexpr size_t kMaxListed = 20;
std::string listed(const std::vector<std::string>& names);

}  // namespace restanza::webhook
