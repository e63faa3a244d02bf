// SPDX-License-Identifier: MIT
#include "config/token.h"

#include "base/str.h"

namespace restanza::config {

bool covers(std::string_view pattern, std::string_view jid) {
  const size_t pattern_slash = pattern.find('/');
  const size_t jid_slash = jid.find('/');
  if (!glob_match(pattern.substr(0, pattern_slash), jid.substr(0, jid_slash))) return false;
  if (pattern_slash == std::string_view::npos) return true;
  return jid_slash != std::string_view::npos &&
         glob_match(pattern.substr(pattern_slash + 1), jid.substr(jid_slash + 1));
}

}  // namespace restanza::config
