// SPDX-License-Identifier: MIT
#include "rest/sending/iqs.h"

#include <algorithm>
#include <atomic>
#include <memory>

#include "base/str.h"
#include "rest/answers/parked_request.h"
#include "rest/answers/reply.h"

namespace restanza::rest {

Refusal not_taken(xmpp::Sent sent) {
  switch (sent) {
    case xmpp::Sent::would_block:
      return refused::later("The server cannot take stanzas right now");
    case xmpp::Sent::too_big:
      return refused::too_large();
    case xmpp::Sent::denied:
      return refused::foreign_from();
    case xmpp::Sent::gone:
      return refused::later("The server is shutting down");
    default:
      return refused::not_sent();
  }
}

namespace {

std::optional<std::string_view> timeout_header(const http::Request& request) {
  const auto own = request.header("Restanza-Timeout");
  return own ? own : request.header("Prosody-Rest-Timeout");
}

}  // namespace

// An iq in flight: whoever ends it first takes the exchange, and the table sees to it that only one does. Of
// the request it keeps only what the answer needs.
struct Iqs::Waiting : ParkedRequest {
  Waiting(http::Exchange e, const http::Request& r, iq::ArchiveQueries& a)
      : ParkedRequest(std::move(e), r), archives(a) {}
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
  ~Waiting() { archives.cancel(archive); }

  iq::ArchiveQueries& archives;
  iq::ArchiveQueries::Ticket archive;
  std::atomic<iq::ReplyTable::Ticket> ticket{0};
  std::atomic<bool> gone{false};
};

void Iqs::send(http::Exchange exchange, const http::Request& request, xmpp::Stanza stanza, bool from_account,
               const Departure& departure) const {
  const auto wait = wait_of(request);
  if (!wait) return refuse(std::move(exchange), request, refused::bad_timeout(*timeout_header(request)));
  auto waiting = std::make_shared<Waiting>(std::move(exchange), request, archives_);
  waiting->archive = archives_.begin(stanza, from_account);
  waiting->exchange.watch([this, weak = std::weak_ptr<Waiting>(waiting)] {
    const auto left = weak.lock();
    if (!left) return;
    left->gone = true;
    replies_.cancel(left->ticket);
  });

  iq::ReplyTable::Ticket ticket = 0;
  const auto parked = replies_.park(
      {stanza.from, stanza.to, stanza.id, from_account, *wait},
      [this, waiting](iq::End how, const xmpp::Stanza* answer) { end(*waiting, how, answer); }, ticket);
  switch (parked) {
    case iq::ReplyTable::Parked::ok:
      break;
    case iq::ReplyTable::Parked::conflict:
      return waiting->refuse(refused::in_flight());
    case iq::ReplyTable::Parked::full:
      return waiting->refuse(refused::later("Too many 'iq' are waiting"));
    case iq::ReplyTable::Parked::drained:
      return waiting->refuse(refused::later("The server is shutting down"));
  }
  // The client may have left between the watch and here: one of the two sees both facts.
  waiting->ticket = ticket;
  if (waiting->gone) {
    replies_.cancel(ticket);
    return;
  }
  xmpp::Sent sent = xmpp::Sent::ok;
  try {
    // A get changes nothing, so nobody minds when it is asked again.
    sent = (stanza.type == "set" ? departure : Departure()).send(stanza, sink_);
  } catch (const std::exception&) {  // not sent, for want of memory: nobody will answer it
    replies_.cancel(ticket);
    throw;
  }
  if (sent != xmpp::Sent::ok && replies_.cancel(ticket)) waiting->refuse(not_taken(sent));
}

void Iqs::end(Waiting& waiting, iq::End end, const xmpp::Stanza* answer) const {
  switch (end) {
    case iq::End::expired:
      return waiting.refuse(refused::expired());
    case iq::End::drained:
      return waiting.refuse(refused::later("The server is shutting down"));
    case iq::End::answered:
      break;
  }
  const auto stanzas = archives_.end(waiting.archive, *answer);
  answer_with(std::move(waiting.exchange), waiting.request, stanzas, settings_.mapping);
}

std::optional<std::chrono::milliseconds> Iqs::wait_of(const http::Request& request) const {
  const auto header = timeout_header(request);
  if (!header) return std::min(settings_.timeout, settings_.max_timeout);
  const auto seconds = parse_decimal(trim(*header));
  if (!seconds || *seconds <= 0) return std::nullopt;
  const double most = static_cast<double>(settings_.max_timeout.count());
  return std::chrono::milliseconds(
      std::max<int64_t>(1, static_cast<int64_t>(std::min(*seconds * 1000, most))));
}

}  // namespace restanza::rest
