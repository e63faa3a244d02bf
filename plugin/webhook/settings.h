// SPDX-License-Identifier: MIT
// What one webhook is told: where to, which stanzas, and its limits. A plain value.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "mapping/codec.h"
#include "xmpp/stanza.h"

namespace restanza::webhook {

// What a stanza is addressed to, by the shape of its `to`.
enum class Event : uint32_t { bare = 1, full = 2, host = 4 };

constexpr uint32_t mask(xmpp::Kind kind) {
  return static_cast<uint32_t>(kind);
}
constexpr uint32_t mask(Event event) {
  return static_cast<uint32_t>(event);
}
inline constexpr uint32_t kAllKinds =
    mask(xmpp::Kind::message) | mask(xmpp::Kind::presence) | mask(xmpp::Kind::iq);
inline constexpr uint32_t kAllEvents = mask(Event::bare) | mask(Event::full) | mask(Event::host);

struct Settings {
  std::string name = "default";                   // of the endpoint: in paths, logs, metrics and the journal
  std::string url;                                // http or https; {kind} {type} {to} {from} after the host
  std::string domain;                             // the plugin's own, prepared
  uint32_t kinds = kAllKinds;                     // of xmpp::Kind
  uint32_t events = kAllEvents;                   // of Event
  std::vector<std::string> types;                 // of stanzas, "normal" and "available" for none; empty: all
  std::vector<std::string> from, to;              // address patterns; empty: all
  std::vector<std::string> namespaces;            // one child at least has one of these; empty: all
  mapping::Format format = mapping::Format::xml;  // of the bodies, until the endpoint asks for another
  mapping::Options mapping;                       // for bodies and answers that are not XML
  std::vector<std::string> secrets;               // whsec_... and whsk_...; every one of them signs
  std::string authorization;                      // the header's value; empty: as in the URL
  std::string ca_file;                            // PEM; empty: the system's
  bool tls_verify = true;
  bool public_only = false;                  // never connect to an address that is not public
  std::chrono::milliseconds timeout{30000};  // for one request from connecting to the answer's last byte
  size_t max_connections = 8;                // requests at once
  size_t max_queued = 100000;                // stanzas that wait
  size_t max_answer = 196608;                // bytes of an answer's body
  bool retry = true;                         // false: one attempt, and every failure is a stanza error
  double drain_rate = 200;                   // requests a second while a backlog is drained after an outage
  bool reply = false;                        // answers where several endpoints get the stanza
  bool gone_disables = false;                // 410 stops the endpoint until `resume`
};

// An error begins with its key in quotes ('url', 'secrets[0]'), and names the value that is wrong and the
// remedy, never a password that stands in the URL.
Result<void> check(const Settings& settings);

}  // namespace restanza::webhook
