// SPDX-License-Identifier: MIT
#include "rest/stanzas.h"

#include <algorithm>
#include <atomic>
#include <memory>

#include "base/str.h"
#include "mapping/codec.h"
#include "rest/addressing.h"
#include "rest/http_error.h"
#include "rest/reply.h"

namespace restanza::rest {
namespace {

// The posted element, addressed as the caller's.
Result<xml::Document, Refusal> read(const http::Request& request, const Caller& caller) {
  if (request.body_too_large) return refused::too_large();
  const auto format = mapping::format_of(request.header("Content-Type").value_or(""));
  if (!format) return refused::media_type();
  auto document = mapping::decode(*format, request.body);
  if (!document) return refused::unparseable();
  if (const auto addressed = address(document->root(), caller); !addressed) return addressed.error();
  return std::move(*document);
}

// What the host says of a stanza that it did not take.
Refusal not_taken(xmpp::Sent sent) {
  switch (sent) {
    case xmpp::Sent::would_block:
      return refused::later("The server cannot take stanzas right now");
    case xmpp::Sent::too_big:
      return refused::too_large();
    case xmpp::Sent::denied:
      return refused::foreign_from();
    default:
      return refused::not_sent();
  }
}

// 202 with the stanza's id, where a header can hold it: an id may have line ends in it.
http::Response accepted(const std::string& id) {
  http::Response response{202, {}, {}};
  const bool plain = std::none_of(id.begin(), id.end(),
                                  [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (plain) response.headers.emplace_back("Stanza-Id", id);
  return response;
}

}  // namespace

void Stanzas::post(http::Exchange exchange, http::Request request) const {
  with_caller(credentials_, std::move(exchange), std::move(request),
              [this](http::Exchange e, const http::Request& r, const Caller& caller) {
                send(std::move(e), r, caller);
              });
}

void Stanzas::echo(http::Exchange exchange, http::Request request) const {
  with_caller(credentials_, std::move(exchange), std::move(request),
              [](http::Exchange e, const http::Request& r, const Caller& caller) {
                const auto document = read(r, caller);
                if (!document) return refuse(std::move(e), r, document.error());
                e.respond(encoded(document->root(), r));
              });
}

void Stanzas::send(http::Exchange exchange, const http::Request& request, const Caller& caller) const {
  const auto document = read(request, caller);
  if (!document) return refuse(std::move(exchange), request, document.error());
  const xml::Element root = document->root();
  const bool iq = root.name() == "iq";
  auto checked = iq ? check_iq(root) : Result<void, Refusal>();
  if (checked) checked = check_rights(root, caller);
  if (!checked) return refuse(std::move(exchange), request, checked.error());

  auto stanza = xmpp::to_stanza(root);
  if (!stanza) return refuse(std::move(exchange), request, refused::no_stanza());
  if (iq) return send_iq(std::move(exchange), request, std::move(*stanza), caller.account);
  const xmpp::Sent sent = sink_.send(*stanza);
  if (sent != xmpp::Sent::ok) return refuse(std::move(exchange), request, not_taken(sent));
  exchange.respond(accepted(stanza->id));
}

// An iq in flight: whoever ends it first takes the exchange, and the table sees to it that only one does.
struct Stanzas::Waiting {
  Waiting(http::Exchange e, http::Request r) : exchange(std::move(e)), request(std::move(r)) {}
  http::Exchange exchange;
  http::Request request;
  std::atomic<iq::ReplyTable::Ticket> ticket{0};
  std::atomic<bool> gone{false};
};

void Stanzas::send_iq(http::Exchange exchange, const http::Request& request, xmpp::Stanza stanza,
                      bool from_account) const {
  const auto wait = wait_of(request);
  if (!wait) return refuse(std::move(exchange), request, refused::bad_timeout());
  // Only what the answer needs is kept while it waits.
  auto waiting = std::make_shared<Waiting>(std::move(exchange), negotiating_headers(request));
  waiting->exchange.watch([this, weak = std::weak_ptr<Waiting>(waiting)] {
    const auto left = weak.lock();
    if (!left) return;
    left->gone = true;
    replies_.cancel(left->ticket);
  });

  iq::ReplyTable::Ticket ticket = 0;
  const auto parked = replies_.park(
      {stanza.from, stanza.to, stanza.id, from_account, *wait},
      [waiting](iq::End end, const xmpp::Stanza* answer) {
        if (end == iq::End::expired)
          return refuse(std::move(waiting->exchange), waiting->request, refused::expired());
        if (end == iq::End::drained) {
          return refuse(std::move(waiting->exchange), waiting->request,
                        refused::later("The server is shutting down"));
        }
        answer_with(std::move(waiting->exchange), waiting->request, *answer);
      },
      ticket);
  switch (parked) {
    case iq::ReplyTable::Parked::ok:
      break;
    case iq::ReplyTable::Parked::conflict:
      return refuse(std::move(waiting->exchange), waiting->request, refused::in_flight());
    case iq::ReplyTable::Parked::full:
      return refuse(std::move(waiting->exchange), waiting->request,
                    refused::later("Too many 'iq' are waiting"));
    case iq::ReplyTable::Parked::drained:
      return refuse(std::move(waiting->exchange), waiting->request,
                    refused::later("The server is shutting down"));
  }
  // The client may have left between the watch and here: one of the two sees both facts.
  waiting->ticket = ticket;
  if (waiting->gone) {
    replies_.cancel(ticket);
    return;
  }
  const xmpp::Sent sent = sink_.send(stanza);
  if (sent != xmpp::Sent::ok && replies_.cancel(ticket)) {
    refuse(std::move(waiting->exchange), waiting->request, not_taken(sent));
  }
}

std::optional<std::chrono::milliseconds> Stanzas::wait_of(const http::Request& request) const {
  auto header = request.header("Restanza-Timeout");
  if (!header) header = request.header("Prosody-Rest-Timeout");
  if (!header) return std::min(settings_.iq_timeout, settings_.iq_max_timeout);
  const auto seconds = parse_decimal(trim(*header));
  if (!seconds || *seconds <= 0) return std::nullopt;
  const double most = static_cast<double>(settings_.iq_max_timeout.count());
  return std::chrono::milliseconds(
      std::max<int64_t>(1, static_cast<int64_t>(std::min(*seconds * 1000, most))));
}

}  // namespace restanza::rest
