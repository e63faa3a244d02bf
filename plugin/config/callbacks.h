// SPDX-License-Identifier: MIT
// The endpoints that stanzas are posted to: `rest_callbacks`, or the short form `rest_callback_url` with its
// companions, which is one entry of it. Plain values. Internal to this folder but for the struct.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace restanza::config {

class Reader;

struct Callback {
  std::string name = "default";  // unique; letters, digits, '.', '_' and '-', at most 64
  std::string url;
  std::string content_type = "application/xmpp+xml";  // a media type, whichever name was given
  uint32_t kinds = 7;                                 // `stanzas`, mask of xmpp::Kind
  bool bare = true, full = true, host = true;         // `events`
  std::vector<std::string> types;                     // empty: all
  std::vector<std::string> from, to;                  // patterns as in rest_tokens; empty: all
  std::vector<std::string> namespaces;                // of children; empty: all
  std::vector<std::string> secrets;                   // whsec_..., whsk_...
  std::string authorization;
  std::string ca_file;
  bool tls_verify = true;
  std::chrono::milliseconds timeout{30000};  // seconds in the settings
  size_t max_connections = 8;
  size_t max_queued = 100000;
  bool retry = true;
  double drain_rate = 200;  // requests a second
  bool reply = false;
  bool short_form = false;  // it came from rest_callback_url: 410 stays a stanza error
};

inline constexpr size_t kMaxCallbacks = 64;

// Both forms at once is an error. The short form reads rest_callback_url, _content_type, _stanzas, _events,
// _timeout and _retry; a list gets the same defaults.
void read_callbacks(Reader& reader, std::vector<Callback>& callbacks);

}  // namespace restanza::config
