// SPDX-License-Identifier: MIT
// POST /rest: one stanza in the body. Messages and presence are handed to the host; an iq waits for its
// answer. POST /rest/echo: the stanza as it would be sent, and nothing is sent. Any thread, never blocks. The
// table, the sink and the credentials must outlive it.
#pragma once

#include <chrono>

#include "http/exchange.h"
#include "iq/reply_table.h"
#include "mapping/media_type.h"
#include "rest/credentials.h"
#include "xmpp/stanza_sink.h"

namespace restanza::rest {

class Stanzas {
 public:
  struct Settings {
    std::chrono::milliseconds iq_timeout;      // where the request names none
    std::chrono::milliseconds iq_max_timeout;  // whatever it names
  };

  Stanzas(Settings settings, const Credentials& credentials, iq::ReplyTable& replies, xmpp::StanzaSink& sink)
      : settings_(settings), credentials_(credentials), replies_(replies), sink_(sink) {}

  void post(http::Exchange exchange, http::Request request) const;
  void echo(http::Exchange exchange, http::Request request) const;

 private:
  struct Waiting;
  void send(http::Exchange exchange, const http::Request& request, const Caller& caller) const;
  void send_iq(http::Exchange exchange, const http::Request& request, xmpp::Stanza stanza,
               bool from_account) const;
  std::optional<std::chrono::milliseconds> wait_of(const http::Request& request) const;

  const Settings settings_;
  const Credentials& credentials_;
  iq::ReplyTable& replies_;
  xmpp::StanzaSink& sink_;
};

}  // namespace restanza::rest
