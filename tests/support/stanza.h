// SPDX-License-Identifier: MIT
// A stanza from its XML, which a test knows to be right: what is not throws.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

#include "xmpp/stanza.h"

namespace restanza::test {

inline xmpp::Stanza stanza(const std::string& xml) {
  auto parsed = xmpp::parse_stanza(xml);
  if (!parsed) throw std::runtime_error(parsed.error().text);
  return std::move(*parsed);
}

}  // namespace restanza::test
