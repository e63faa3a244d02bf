// SPDX-License-Identifier: MIT
// The plugin's settings: one JSON object in, typed and checked values out. Names follow mod_rest where they
// mean the same. An unknown key, a wrong type or a value out of range is an error that names it. Pure but for
// reading `component_secret_file`, for which base/credential.h says where it lies; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/callbacks.h"
#include "config/token.h"

namespace restanza::config {

struct Options {
  std::string component_secret;  // component_secret, or the content of component_secret_file; empty: none
  bool anonymous_rest = false;
  bool basic = true;  // rest_auth_mechanisms
  bool bearer = true;
  std::vector<Token> tokens;  // rest_tokens
  double rate_limit = 0;      // rest_rate_limit, requests a second of any other credential; 0: none

  std::chrono::milliseconds iq_timeout{120000};      // rest_iq_timeout, seconds
  std::chrono::milliseconds iq_max_timeout{300000};  // rest_iq_max_timeout, seconds
  size_t iq_pending_limit = 16384;                   // rest_iq_pending_limit
  size_t stanza_size_limit = 196608;                 // rest_stanza_size_limit, bytes of a request's body

  bool json_strict = false;                    // rest_json_strict
  bool json_xml = false;                       // rest_json_xml
  std::vector<std::string> cors_origins{"*"};  // rest_cors_origins

  std::vector<Callback> callbacks;                 // rest_callbacks, or rest_callback_url; empty: no webhook
  bool callback_public_only = false;               // rest_callback_public_only
  uint64_t journal_max_bytes = uint64_t{1} << 30;  // journal_max_bytes
  bool metrics_public = false;                     // rest_metrics_public: for everybody, not only admins
};

// `domain` is the plugin's, prepared: tokens may only send from addresses there.
Result<Options> parse_options(std::string_view json, std::string_view domain);

}  // namespace restanza::config
