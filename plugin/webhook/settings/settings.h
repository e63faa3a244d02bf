// SPDX-License-Identifier: MIT
// What one webhook is told: where to, which stanzas, and its limits. A plain value, and the rows of those
// settings that stand in an entry and need no code of their own: a new one is a member and a row.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "mapping/codec.h"
#include "settings/text_rule.h"
#include "subscription/filter.h"
#include "webhook/settings/refusals.h"

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
  double drain_rate = 0;                     // requests a second at most after an outage; 0: no limit
  bool reply = false;                        // answers where several endpoints get the stanza
  Refusals on_refusal;                       // of messages
  bool gone_disables = false;                // 410 stops the endpoint until `resume`
};

// What a header's value can be (RFC 9110 section 5.5) without being changed on its way.
bool is_header_value(std::string_view text);

inline constexpr TextRule kAuthorizationRule{
    "what stands behind 'Authorization: ' in a request, ASCII on one line, without spaces around it",
    [](std::string_view text) { return text.empty() || is_header_value(text); }, true};

// `Row` is config::Setting<Settings>, which most who need the struct do not.
template <class Row>
std::vector<Row> further_settings() {
  using S = Settings;
  return {
      Row::texts("secrets", &S::secrets, "`whsec_...`, `whsk_...`; each signs"),
      Row::text("authorization", &S::authorization, "the value of the header")
          .must_be(kAuthorizationRule, &S::authorization),
      Row::text("ca_file", &S::ca_file, "certificates in PEM that are believed").default_is("the system's"),
      Row::flag("tls_verify", &S::tls_verify, "false: any server is believed"),
      Row::count("max_connections", &S::max_connections, 1, 256, "requests at once"),
      Row::count("max_queued", &S::max_queued, 1, 1000000, "messages that wait"),
      Row::number(
          "drain_rate", &S::drain_rate, 0, 100000,
          "requests a second at most after an outage, 0 for no limit; `pace` is its old name and means "
          "the same")
          .formerly("pace"),
      Row::flag("reply", &S::reply, "this endpoint's answer goes back to the sender"),
      Row::custom(
          "on_refusal", "text or table", "`bounce`",
          "what becomes of a message that is answered 3xx or 4xx: `bounce`, `dead-letter` or `retry`, or "
          "a table by status, such as `{ 404 = \"retry\", default = \"dead-letter\" }`",
          [](auto& reader, const char* key, S& into) { read_refusals(reader, key, into.on_refusal); })
          .compared(&S::on_refusal),
  };
}

// An error begins with its key in quotes ('url', 'secrets[0]'), and names the value that is wrong and the
// remedy, never a password that stands in the URL.
Result<void> check(const Settings& settings);

}  // namespace restanza::webhook
