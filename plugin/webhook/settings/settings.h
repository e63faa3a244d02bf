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
#include "subscription/filter.h"

namespace restanza::webhook {

using subscription::Event;

// Which stanzas it wants is the filter in it.
struct Settings : subscription::StanzaFilter {
  std::string name = "default";                   // of the endpoint: in paths, logs, metrics and the journal
  std::string url;                                // http or https; {kind} {type} {to} {from} after the host
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
