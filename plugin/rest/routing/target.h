// SPDX-License-Identifier: MIT
// What a request's path says of the stanza, beside its body. A plain value.
#pragma once

#include <string>

namespace restanza::rest {

struct Target {
  static constexpr const char* kStanzaPath = "/{kind}/{type}/{to}";
  static constexpr const char* kQueryPath = "/{query}/{to}";

  enum class Kind {
    none,    // nothing: the body says all
    stanza,  // POST /{kind}/{type}/{to}
    query,   // GET /{query}/{to}
  };
  Kind kind = Kind::none;
  std::string stanza_kind;  // of `stanza`
  std::string type;         // of `stanza`; the name of a `query`
  std::string to;           // perhaps empty
};

}  // namespace restanza::rest
