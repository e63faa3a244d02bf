// SPDX-License-Identifier: MIT
// POST /rest, POST /rest/{kind}/{type}/{to} and GET /rest/{query}/{to}: one stanza. Messages and presence are
// handed to the host; an iq waits for its answer; a POST with an Idempotency-Key is done once, and one may
// bring many stanzas. POST
// /rest/echo: the stanza as it would be sent, and nothing is sent. Any thread, never blocks. All that is
// referred to must outlive it.
#pragma once

#include "base/log.h"
#include "feed/consumers.h"
#include "http/exchange.h"
#include "mapping/codec.h"
#include "rest/access/credentials.h"
#include "rest/routing/resource.h"
#include "rest/routing/target.h"
#include "rest/sending/batch/batches.h"
#include "rest/sending/idempotency.h"
#include "rest/sending/iqs.h"
#include "rest/sending/reading.h"
#include "xmpp/stanza_sink.h"

namespace restanza::rest {

class Stanzas final : public Resource {
 public:
  Stanzas(mapping::Options mapping, const Credentials& credentials, const Idempotency& idempotency,
          const Iqs& iqs, const Batches& batches, const feed::Consumers& consumers, xmpp::StanzaSink& sink,
          Log& log)
      : mapping_(mapping),
        credentials_(credentials),
        idempotency_(idempotency),
        iqs_(iqs),
        batches_(batches),
        consumers_(consumers),
        sink_(sink),
        log_(log) {}

  Routes routes() const override;

 private:
  void send(http::Exchange exchange, const http::Request& request, const Caller& caller,
            const Target& target) const;
  void echo(http::Exchange exchange, const http::Request& request, const Caller& caller) const;
  // Keys that were dropped stand on the answer.
  void name_unmapped(http::Exchange& exchange, const Result<Posted, Refusal>& posted) const;
  void send_as(const Caller& caller, http::Exchange exchange, const http::Request& request,
               const Target& target, const Departure& departure) const;
  void refuse_to(const Caller& caller, http::Exchange exchange, const http::Request& request,
                 const Refusal& refusal) const;

  const mapping::Options mapping_;
  const Credentials& credentials_;
  const Idempotency& idempotency_;
  const Iqs& iqs_;
  const Batches& batches_;
  const feed::Consumers& consumers_;
  xmpp::StanzaSink& sink_;
  Log& log_;
};

}  // namespace restanza::rest
