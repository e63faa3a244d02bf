// SPDX-License-Identifier: MIT
#include "rest/resources/events.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "feed/event_text.h"
#include "feed/follower.h"
#include "rest/answers/json_writer.h"
#include "rest/answers/reply.h"
#include "rest/resources/consumer_refusals.h"
#include "rest/resources/delivery_query.h"
#include "rest/resources/updates_page.h"

namespace restanza::rest {
namespace {

using feed::Consumer;
using In = Parameter::In;

struct EventsQuery {
  std::optional<std::string> consumer;
  std::optional<std::string> after;
};

// What the client has already says the header, where a browser comes again.
Result<EventsQuery, Refusal> events_query(const http::Request& request) {
  const auto members = query_members(request.query);
  if (!members) return members.error();
  EventsQuery query;
  for (const auto& [name, value] : *members) {
    if (name == "consumer") {
      query.consumer = value;
    } else if (name == "after") {
      query.after = value;
    } else if (name != "ticket") {
      return refused::bad_query("'" + name.substr(0, 100) +
                                "' is an unknown option: consumer, after and ticket are known");
    }
  }
  const auto last = request.header("Last-Event-ID");
  if (last && !last->empty()) query.after = std::string(*last);
  return query;
}

std::string missed_json(uint64_t missed) {
  JsonWriter json;
  json.open_object();
  json.number("missed", static_cast<int64_t>(missed));
  json.close();
  return json.take();
}

}  // namespace

struct Events::Asked {
  Asked(http::Exchange its_exchange, const http::Request& its_request, Caller its_caller)
      : exchange(std::move(its_exchange)),
        request(negotiating_headers(its_request)),
        caller(std::move(its_caller)) {}

  http::Exchange exchange;
  const http::Request request;
  const Caller caller;
};

Routes Events::routes() const {
  return {{"GET",
           "/events",
           Right::follow,
           "events",
           [this](http::Exchange e, const http::Request& r, const Caller& caller, const PathValues&) {
             follow(std::move(e), r, caller);
           },
           {"Streams the stanzas that come for a consumer, as Server-Sent Events.",
            {{"consumer", In::query, false, "Whose; `default` where it is not said."},
             {"after", In::query, false, "A cursor: all up to it is acknowledged, and comes no more."},
             {"ticket", In::query, false, "In place of credentials."},
             {"Last-Event-ID", In::header, false, "The same as `after`, and before it."}},
            {},
            {{200, "The stream; it has no end of its own."},
             {400, "The query cannot be read, or has a secret; the text names what is wrong."},
             {404, "There is no such consumer."},
             {410, "Nothing is known of the cursor any more."}},
            {{"Restanza-Cursor", "Where to go on, of an answer that the cursor is gone."}}}},
          {"POST",
           "/events/ticket",
           Right::receive,
           "events",
           [this](http::Exchange e, const http::Request& r, const Caller& caller, const PathValues&) {
             issue(std::move(e), r, caller);
           },
           {"Gives a ticket, with which a browser follows a consumer.",
            {},
            {mapping::Format::json},
            {{200, "The ticket, and how many seconds there are to use it."},
             {400, "The body cannot be read; the text names what is wrong."},
             {404, "There is no such consumer."},
             {415, "The body is not JSON."}}}}};
}

void Events::follow(http::Exchange exchange, const http::Request& request, const Caller& caller) const {
  const auto query = events_query(request);
  if (!query) return refuse(std::move(exchange), request, query.error());
  const auto found = consumer_for(deps_.consumers, query->consumer, caller);
  if (!found) return refuse(std::move(exchange), request, found.error());
  const auto after = place_of(**found, query->after);
  if (!after) return refuse(std::move(exchange), request, after.error());
  if (request.method == "HEAD") return exchange.respond({200, feed::EventStream::headers(), {}});
  const auto asked = std::make_shared<Asked>(std::move(exchange), request, caller);
  if (!query->after) return stream(*asked, *found, *after);
  (*found)->acknowledge(
      *after, [this, asked, consumer = *found, after = *after](const Result<void>& written) {
        if (written) return stream(*asked, consumer, after);
        deps_.log.error("what a consumer has acknowledged cannot be written: " + written.error().text);
        refuse(std::move(asked->exchange), asked->request, refused::later("The journal cannot be written"));
      });
}

void Events::stream(Asked& asked, const std::shared_ptr<Consumer>& consumer,
                    const feed::Cursor& after) const {
  const auto write = [caller = asked.caller, mapping = deps_.mapping, &clock = deps_.clock](
                         const feed::Page& page, std::string& events) {
    if (page.missed != 0)
      feed::append_event(events, page.updates.empty() ? page.next : "", "missed", missed_json(page.missed));
    for (const feed::Update& update : page.updates) {
      if (caller.may_see(*update.stanza))
        feed::append_event(events, update.cursor, "", update_json(update, mapping, clock.now()));
    }
  };
  const auto follower = std::make_shared<feed::Follower>(consumer, after, write, deps_.log);
  if (!consumer->follow(follower))
    return refuse(std::move(asked.exchange), asked.request,
                  refused::later("Too many follow this consumer: at most " +
                                 std::to_string(Consumer::kFollowers) + " may"));
  const auto stream = deps_.consumers.streams().begin(asked.exchange, follower, asked.caller.name,
                                                      follows_until(asked.caller, deps_.clock));
  if (stream) return follower->tell(stream);
  follower->ended();
  refuse(std::move(asked.exchange), asked.request, refused::later("There are too many streams"));
}

void Events::issue(http::Exchange exchange, const http::Request& request, const Caller& caller) const {
  const auto members = members_of(request);
  if (!members) return refuse(std::move(exchange), request, members.error());
  std::optional<std::string> name;
  for (const auto& [member, value] : *members) {
    if (member != "consumer")
      return refuse(
          std::move(exchange), request,
          refused::bad_query("'" + member.substr(0, 100) + "' is an unknown option: consumer is known"));
    name = value;
  }
  const auto consumer = consumer_for(deps_.consumers, name, caller);
  if (!consumer) return refuse(std::move(exchange), request, consumer.error());
  const auto known = caller.account || caller.anonymous ? std::optional<Credentials::Known>()
                                                        : deps_.credentials.known(caller.name);
  if (!known)
    return refuse(std::move(exchange), request,
                  refused::forbidden("A ticket stands for the component or for a token of 'rest_tokens': the "
                                     "credentials that the server knows cannot be looked at again without "
                                     "them"));
  const auto asked = std::make_shared<Asked>(std::move(exchange), request, caller);
  deps_.tickets.issue((*consumer)->settings().name, *known, [asked](Result<std::string, Refusal> issued) {
    if (!issued) return refuse(std::move(asked->exchange), asked->request, issued.error());
    JsonWriter json;
    json.open_object();
    json.text("ticket", *issued);
    json.number("expires_in", std::chrono::seconds(Tickets::kFirstUse).count());
    json.close();
    answer_json(std::move(asked->exchange), json.take());
  });
}

std::optional<Instant> follows_until(const Caller& caller, const Clock& clock) {
  if (caller.account) return clock.now() + Events::kCheckAgain;
  if (!caller.expires) return std::nullopt;
  return clock.now() + std::max(*caller.expires - clock.wall(), WallTime::duration::zero());
}

}  // namespace restanza::rest
