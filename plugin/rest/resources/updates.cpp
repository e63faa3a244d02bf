// SPDX-License-Identifier: MIT
#include "rest/resources/updates.h"

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "http/negotiate.h"
#include "rest/answers/reply.h"
#include "rest/resources/consumer_refusals.h"
#include "rest/resources/delivery_query.h"
#include "rest/resources/updates_page.h"
#include "rest/resources/updates_query.h"

namespace restanza::rest {
namespace {

using feed::Consumer;
using feed::LongPoll;
using In = Parameter::In;

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

}  // namespace

// A request that waits for its page.
struct Updates::Asked {
  Asked(http::Exchange its_exchange, const http::Request& its_request, Caller its_caller)
      : exchange(std::move(its_exchange)),
        request(negotiating_headers(its_request)),
        caller(std::move(its_caller)) {}

  http::Exchange exchange;
  const http::Request request;
  const Caller caller;
};

namespace {

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

Routes Updates::routes() const {
  return {{"GET",
           "/updates",
           Right::receive,
           "updates",
           [this](http::Exchange e, const http::Request& r, const Caller& caller, const PathValues&) {
             ask(std::move(e), r, caller);
           },
           {"Gives the stanzas that came for a consumer, and waits for some where there are none.",
            {{"consumer", In::query, false, "Whose; `default` where it is not said."},
             {"after", In::query, false,
              "A cursor: all up to it is acknowledged, and comes no more. Without it the consumer goes on "
              "where it last acknowledged."},
             {"limit", In::query, false, "At most so many, 1 to 1000."},
             {"timeout", In::query, false, "So many seconds it waits at most, 0 to 120."}},
            {},
            {{200, "The stanzas, oldest first; none when the time was up."},
             {400, "The query cannot be read; the text names what is wrong."},
             {404, "There is no such consumer."},
             {409, "Somebody else asks for the same consumer's updates now."},
             {410, "Nothing is known of the cursor any more."}},
            {{"Restanza-Cursor", "Where to go on, of an answer that the cursor is gone."}}}},
          {"POST",
           "/updates/ack",
           Right::receive,
           "updates",
           [this](http::Exchange e, const http::Request& r, const Caller& caller, const PathValues&) {
             acknowledge(std::move(e), r, caller);
           },
           {"Acknowledges all up to a cursor, for who follows a stream.",
            {},
            {mapping::Format::json},
            {{204, "It is written."},
             {400, "The body cannot be read; the text names what is wrong."},
             {404, "There is no such consumer."},
             {410, "Nothing is known of the cursor any more."},
             {415, "The body is not JSON."}},
            {{"Restanza-Cursor", "Where to go on, of an answer that the cursor is gone."}}}}};
}

void Updates::ask(http::Exchange exchange, const http::Request& request, const Caller& caller) const {
  auto query = updates_query(request.query);
  if (!query) return refuse(std::move(exchange), request, query.error());
  const auto found = consumer_for(consumers_, query->consumer, caller);
  if (!found) return refuse(std::move(exchange), request, found.error());
  const std::shared_ptr<Consumer>& consumer = *found;
  const auto after = place_of(*consumer, query->after);
  if (!after) return refuse(std::move(exchange), request, after.error());
  if (request.method == "HEAD") return exchange.respond(answered(wants_xml(request), {}));

  const auto asked = std::make_shared<Asked>(std::move(exchange), request, caller);
  const LongPoll::Request poll{*after, query->limit, kPageBytes, query->timeout};
  if (!query->after) return wait(asked, consumer, poll);
  consumer->acknowledge(*after, [this, asked, consumer, poll](const Result<void>& written) {
    if (written) return wait(asked, consumer, poll);
    fail(*asked, written.error());
  });
}

void Updates::fail(Asked& asked, const Error& why) const {
  log_.error("what a consumer has acknowledged cannot be written: " + why.text);
  refuse(std::move(asked.exchange), asked.request, refused::later("The journal cannot be written"));
}

void Updates::acknowledge(http::Exchange exchange, const http::Request& request, const Caller& caller) const {
  const auto members = members_of(request);
  if (!members) return refuse(std::move(exchange), request, members.error());
  std::optional<std::string> name, cursor;
  for (const auto& [member, value] : *members) {
    if (member != "consumer" && member != "cursor")
      return refuse(std::move(exchange), request,
                    refused::bad_query("'" + member.substr(0, 100) +
                                       "' is an unknown option: consumer and cursor are known"));
    (member == "cursor" ? cursor : name) = value;
  }
  if (!cursor)
    return refuse(std::move(exchange), request, refused::bad_query("'cursor' must say up to where"));
  const auto consumer = consumer_for(consumers_, name, caller);
  if (!consumer) return refuse(std::move(exchange), request, consumer.error());
  const auto place = place_of(**consumer, cursor);
  if (!place) return refuse(std::move(exchange), request, place.error());
  const auto asked = std::make_shared<Asked>(std::move(exchange), request, caller);
  (*consumer)->acknowledge(*place, [this, asked](const Result<void>& written) {
    if (!written) return fail(*asked, written.error());
    asked->exchange.respond({204, {}, {}});
  });
}

void Updates::wait(const std::shared_ptr<Asked>& asked, const std::shared_ptr<Consumer>& consumer,
                   LongPoll::Request request) const {
  const auto leaving = std::make_shared<Leaving>();
  asked->exchange.watch([leaving] { leaving->leave(); });
  leaving->waits(consumers_.poll(consumer, std::move(request),
                                 [this, asked](const LongPoll::Answer& given) { answer(*asked, given); }));
}

void Updates::answer(Asked& asked, const LongPoll::Answer& given) const {
  const auto refuse_with = [&](const Refusal& why) { refuse(std::move(asked.exchange), asked.request, why); };
  switch (given.end) {
    case LongPoll::Answer::End::superseded:
      return refuse_with({409, "cancel", "conflict", "Somebody else asks for this consumer's updates now"});
    case LongPoll::Answer::End::failed:
      return refuse_with(refused::later("The journal cannot be read"));
    case LongPoll::Answer::End::ending:
      return refuse_with(refused::later("The server is shutting down"));
    case LongPoll::Answer::End::page:
      break;
  }
  const auto sees = [&](const xmpp::Stanza& stanza) { return asked.caller.may_see(stanza); };
  const bool xml = wants_xml(asked.request);
  asked.exchange.respond(answered(xml, xml ? updates_xml(given.page, sees, clock_.now())
                                           : updates_json(given.page, sees, mapping_, clock_.now())));
}

}  // namespace restanza::rest
