// SPDX-License-Identifier: MIT
#include "rest/resources/updates.h"

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "http/negotiate.h"
#include "rest/answers/options.h"
#include "rest/answers/reply.h"
#include "rest/resources/acknowledging.h"
#include "rest/resources/updates_page.h"
#include "rest/resources/updates_query.h"

namespace restanza::rest {
namespace {

using feed::LongPoll;

bool wants_xml(const http::Request& request) {
  const auto liked = http::negotiate(request.header("Accept").value_or(""),
                                     {mapping::media_type(mapping::Format::json),
                                      mapping::media_type(mapping::Format::xml), "application/xml"});
  return liked.value_or(0) != 0;
}

http::Response answered(bool xml, std::string body) {
  return {200,
          {{"Content-Type", mapping::media_type(xml ? mapping::Format::xml : mapping::Format::json)},
           {"Cache-Control", "no-store"},
           {"Vary", "Accept"}},
          std::move(body)};
}

// The client may leave before the poll is there, and while it is being answered.
class Leaving {
 public:
  void leave() {
    std::shared_ptr<LongPoll> left;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      left_ = true;
      left = poll_.lock();
    }
    if (left) left->cancel();
  }
  void waits(const std::shared_ptr<LongPoll>& poll) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      poll_ = poll;
      if (!left_) return;
    }
    poll->cancel();
  }

 private:
  std::mutex mutex_;
  std::weak_ptr<LongPoll> poll_;
  bool left_ = false;
};

}  // namespace

void Updates::ask(http::Exchange exchange, const http::Request& request, const Caller& caller) const {
  const auto query = updates_query(request.query);
  if (!query) return refuse(std::move(exchange), request, query.error());
  const auto place = place_for(consumers_, query->place, caller);
  if (!place) return refuse(std::move(exchange), request, place.error());
  if (request.method == "HEAD") return exchange.respond(answered(wants_xml(request), {}));
  const auto asked = std::make_shared<ParkedRequest>(std::move(exchange), request);
  rest::acknowledge(*place, asked, log_,
                    [this, asked, caller, consumer = place->consumer,
                     poll = LongPoll::Request{place->cursor, query->limit, kPageBytes, query->timeout}] {
                      wait(asked, caller, consumer, poll);
                    });
}

void Updates::acknowledge(http::Exchange exchange, const http::Request& request, const Caller& caller) const {
  const auto members = members_of(request);
  if (!members) return refuse(std::move(exchange), request, members.error());
  NamedPlace named;
  const auto read =
      read_options(*members, {text_option("consumer", named.consumer), text_option("cursor", named.cursor)});
  if (!read) return refuse(std::move(exchange), request, read.error());
  if (!named.cursor)
    return refuse(std::move(exchange), request, refused::bad_query("'cursor' must say up to where"));
  const auto place = place_for(consumers_, named, caller);
  if (!place) return refuse(std::move(exchange), request, place.error());
  const auto asked = std::make_shared<ParkedRequest>(std::move(exchange), request);
  rest::acknowledge(*place, asked, log_, [asked] { asked->exchange.respond({204, {}, {}}); });
}

void Updates::wait(const std::shared_ptr<ParkedRequest>& asked, const Caller& caller,
                   const std::shared_ptr<feed::Consumer>& consumer, const LongPoll::Request& request) const {
  const auto leaving = std::make_shared<Leaving>();
  asked->exchange.watch([leaving] { leaving->leave(); });
  leaving->waits(consumers_.poll(consumer, request, [this, asked, caller](const LongPoll::Answer& given) {
    answer(*asked, caller, given);
  }));
}

void Updates::answer(ParkedRequest& asked, const Caller& caller, const LongPoll::Answer& given) const {
  switch (given.end) {
    case LongPoll::Answer::End::superseded:
      return asked.refuse({409, "cancel", "conflict", "Somebody else asks for this consumer's updates now"});
    case LongPoll::Answer::End::failed:
      return asked.refuse(refused::later("The journal cannot be read"));
    case LongPoll::Answer::End::ending:
      return asked.refuse(refused::later("The server is shutting down"));
    case LongPoll::Answer::End::page:
      break;
  }
  const auto sees = [&caller](const xmpp::Stanza& stanza) { return caller.may_see(stanza); };
  const bool xml = wants_xml(asked.request);
  asked.exchange.respond(answered(xml, xml ? updates_xml(given.page, sees, clock_.now())
                                           : updates_json(given.page, sees, mapping_, clock_.now())));
}

}  // namespace restanza::rest
