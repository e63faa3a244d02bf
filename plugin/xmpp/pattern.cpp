// SPDX-License-Identifier: MIT
#include "xmpp/pattern.h"

#include <algorithm>

#include "base/str.h"

namespace restanza::xmpp {

bool covers(std::string_view pattern, std::string_view jid) {
  const size_t pattern_slash = pattern.find('/');
  const size_t jid_slash = jid.find('/');
  if (!glob_match(pattern.substr(0, pattern_slash), jid.substr(0, jid_slash))) return false;
  if (pattern_slash == std::string_view::npos) return true;
  return jid_slash != std::string_view::npos &&
         glob_match(pattern.substr(pattern_slash + 1), jid.substr(jid_slash + 1));
}

bool covers(const std::vector<std::string>& patterns, std::string_view jid) {
  const auto does = [jid](const std::string& pattern) { return covers(pattern, jid); };
  return patterns.empty() || std::any_of(patterns.begin(), patterns.end(), does);
}

}  // namespace restanza::xmpp
