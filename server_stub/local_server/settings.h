// SPDX-License-Identifier: GPL-3.0-or-later
// What the embedded server is told, with its limits. A plain value.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace restanza::host {

struct LocalSettings {
  std::string domain = "localhost";
  std::string address = "127.0.0.1";            // loopback only: the streams are not encrypted
  uint16_t port = 5222;                         // 0 picks a free one
  std::map<std::string, std::string> accounts;  // name -> password
  bool anonymous = false;

  uint64_t max_stanza = 262144;            // bytes of one stanza on the wire
  size_t max_clients = 1000;               // connections, logged in or not
  size_t max_waiting = 500;                // of these, from one address that have not logged in
  size_t max_resources = 100;              // of one account at a time
  size_t max_unread = 4194304;             // bytes that wait for a client which does not read
  size_t max_directed = 256;               // addresses that a session's directed presence is remembered for
  unsigned login_attempts = 5;             // failed ones on one stream
  size_t link_stanzas = 10000;             // that a plugin sent and the loop has not yet routed
  size_t link_bytes = 16777216;            // of these
  size_t link_offers = 10000;              // stanzas that a plugin's hooks hold at a time
  size_t injected_requests = 65536;        // remembered for their answers, of each link
  std::chrono::seconds injected_for{310};  // longer than any iq is waited for
  std::chrono::milliseconds login_timeout{30000};
  std::chrono::milliseconds close_timeout{2000};  // for a client to end its stream after us
};

}  // namespace restanza::host
