// SPDX-License-Identifier: MIT
// What a request names by its method and the path below the prefix. The path comes from outside as it was
// sent: it is cut at the slashes first and each part is percent-decoded after that, so that a slash inside an
// address stays there. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

namespace restanza::rest {

struct Target {
  enum class Kind {
    root,        // "" or "/"
    echo,        // /echo
    health,      // /health
    metrics,     // /metrics
    stanza,      // POST /{kind}/{type}/{to}, the first being message, presence or iq
    query,       // GET /{query}/{to}
    deliveries,  // /deliveries
    replays,     // /deliveries/replay: those that a filter names
    delivery,    // /deliveries/{item}
    replay,      // /deliveries/{item}/replay
    endpoints,   // /endpoints
    steering,    // /endpoints/{item}/{action}
    missing,     // below /deliveries or /endpoints, and none of these
    none,        // anything else, or not UTF-8, or a broken escape
  };
  Kind kind = Kind::none;
  std::string stanza_kind;  // of `stanza`
  std::string type;         // of `stanza`; the name of a `query`
  std::string to;           // the rest, with its slashes; perhaps empty
  std::string item;         // a delivery's id, an endpoint's name
  std::string action;       // "pause", "resume", "test"
};

Target parse_target(std::string_view method, std::string_view path);

// The methods of a target, for Allow.
const char* methods_of(Target::Kind kind);

// What a target is called where requests are counted; always one of a few.
const char* name_of(Target::Kind kind);

}  // namespace restanza::rest
