// SPDX-License-Identifier: MIT
// Iqs over HTTP: parks the exchange, sends the request, and answers with what comes back (RFC 6120
// section 8.2.3), for an archive query with the messages that came before it (XEP-0313). The answer, the
// deadline, the client's leaving and the drain each end the wait, whichever is first. Any thread, never
// blocks. Tables and sink must outlive it.
#pragma once

#include <chrono>
#include <optional>

#include "http/exchange.h"
#include "iq/archive.h"
#include "iq/reply_table.h"
#include "mapping/codec.h"
#include "rest/answers/refusal.h"
#include "rest/sending/departure.h"
#include "xmpp/stanza_sink.h"

namespace restanza::rest {

// What the host says of a stanza that it did not take.
Refusal not_taken(xmpp::Sent sent);

class Iqs {
 public:
  struct Settings {
    std::chrono::milliseconds timeout{120000};      // where the request names none
    std::chrono::milliseconds max_timeout{300000};  // whatever it names
    mapping::Options mapping = {};
  };

  Iqs(Settings settings, iq::ReplyTable& replies, iq::ArchiveQueries& archives, xmpp::StanzaSink& sink)
      : settings_(settings), replies_(replies), archives_(archives), sink_(sink) {}

  void send(http::Exchange exchange, const http::Request& request, xmpp::Stanza stanza, bool from_account,
            const Departure& departure) const;

 private:
  struct Waiting;
  void end(Waiting& waiting, iq::End end, const xmpp::Stanza* answer) const;
  // By Restanza-Timeout or Prosody-Rest-Timeout; absent where that is no positive number of seconds.
  std::optional<std::chrono::milliseconds> wait_of(const http::Request& request) const;

  const Settings settings_;
  iq::ReplyTable& replies_;
  iq::ArchiveQueries& archives_;
  xmpp::StanzaSink& sink_;
};

}  // namespace restanza::rest
