// SPDX-License-Identifier: MIT
// POST /rest, POST /rest/{kind}/{type}/{to} and GET /rest/{query}/{to}: one stanza. Messages and presence are
// handed to the host; an iq waits for its answer. POST /rest/echo: the stanza as it would be sent, and
// nothing is sent. Any thread, never blocks. Credentials, iqs, sink and log must outlive it.
#pragma once

#include "base/log.h"
#include "http/exchange.h"
#include "mapping/codec.h"
#include "rest/credentials.h"
#include "rest/iqs.h"
#include "rest/target.h"
#include "xmpp/stanza_sink.h"

namespace restanza::rest {

class Stanzas {
 public:
  Stanzas(mapping::Options mapping, const Credentials& credentials, const Iqs& iqs, xmpp::StanzaSink& sink,
          Log& log)
      : mapping_(mapping), credentials_(credentials), iqs_(iqs), sink_(sink), log_(log) {}

  void send(http::Exchange exchange, http::Request request, const Target& target) const;
  void echo(http::Exchange exchange, http::Request request) const;

 private:
  using Next = std::function<void(http::Exchange, const http::Request&, const Caller&, xml::Element)>;
  // Checks the credentials, reads the stanza and goes on with it, or refuses.
  void read(http::Exchange exchange, http::Request request, const Target& target, Next next) const;
  void send_as(const Caller& caller, http::Exchange exchange, const http::Request& request,
               xml::Element root) const;

  const mapping::Options mapping_;
  const Credentials& credentials_;
  const Iqs& iqs_;
  xmpp::StanzaSink& sink_;
  Log& log_;
};

}  // namespace restanza::rest
