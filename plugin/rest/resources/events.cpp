// SPDX-License-Identifier: MIT
#include "rest/resources/events.h"

#include <optional>
#include <string>
#include <utility>

#include "feed/event_text.h"
#include "feed/follower.h"
#include "rest/answers/json_writer.h"
#include "rest/answers/options.h"
#include "rest/answers/reply.h"
#include "rest/resources/acknowledging.h"
#include "rest/resources/following.h"
#include "rest/resources/updates_page.h"

namespace restanza::rest {
namespace {

using feed::Consumer;

// What the client has already says the header, where a browser comes again.
Result<NamedPlace, Refusal> followed_place(const http::Request& request) {
  const auto members = query_members(request.query);
  if (!members) return members.error();
  NamedPlace named;
  std::optional<std::string> ticket;  // whose it is has been seen to
  const auto read =
      read_options(*members, {text_option("consumer", named.consumer), text_option("after", named.cursor),
                              text_option("ticket", ticket)});
  if (!read) return read.error();
  const auto last = request.header("Last-Event-ID");
  if (last && !last->empty()) named.cursor = std::string(*last);
  return named;
}

std::string missed_json(uint64_t missed) {
  JsonWriter json;
  json.open_object();
  json.number("missed", static_cast<int64_t>(missed));
  json.close();
  return json.take();
}

}  // namespace

void Events::follow(http::Exchange exchange, const http::Request& request, const Caller& caller) const {
  const auto named = followed_place(request);
  if (!named) return refuse(std::move(exchange), request, named.error());
  const auto place = place_for(deps_.consumers, *named, caller);
  if (!place) return refuse(std::move(exchange), request, place.error());
  if (request.method == "HEAD") return exchange.respond({200, feed::EventStream::headers(), {}});
  const auto asked = std::make_shared<ParkedRequest>(std::move(exchange), request);
  acknowledge(*place, asked, deps_.log,
              [this, asked, place = *place, caller] { stream(*asked, place, caller); });
}

void Events::stream(ParkedRequest& asked, const ConsumerPlace& place, const Caller& caller) const {
  const auto write = [caller, mapping = deps_.mapping, &clock = deps_.clock](const feed::Page& page,
                                                                             std::string& events) {
    if (page.missed != 0)
      feed::append_event(events, page.updates.empty() ? page.next : "", "missed", missed_json(page.missed));
    for (const feed::Update& update : page.updates) {
      if (caller.may_see(*update.stanza))
        feed::append_event(events, update.cursor, "", update_json(update, mapping, clock.now()));
    }
  };
  const auto follower = std::make_shared<feed::Follower>(place.consumer, place.cursor, write, deps_.log);
  if (!place.consumer->follow(follower))
    return asked.refuse(refused::later("Too many follow this consumer: at most " +
                                       std::to_string(Consumer::kFollowers) + " may"));
  answer_with_stream(std::move(asked.exchange), asked.request, follower, deps_.consumers.streams(), caller,
                     deps_.clock);
}

void Events::issue(http::Exchange exchange, const http::Request& request, const Caller& caller) const {
  const auto members = members_of(request);
  if (!members) return refuse(std::move(exchange), request, members.error());
  std::optional<std::string> name;
  const auto read = read_options(*members, {text_option("consumer", name)});
  if (!read) return refuse(std::move(exchange), request, read.error());
  const auto consumer = consumer_for(deps_.consumers, name, caller);
  if (!consumer) return refuse(std::move(exchange), request, consumer.error());
  const auto known = caller.account || caller.anonymous ? std::optional<Credentials::Known>()
                                                        : deps_.credentials.known(caller.name);
  if (!known)
    return refuse(std::move(exchange), request,
                  refused::forbidden("A ticket stands for the component or for a token of 'rest_tokens': the "
                                     "credentials that the server knows cannot be looked at again without "
                                     "them"));
  const auto asked = std::make_shared<ParkedRequest>(std::move(exchange), request);
  deps_.tickets.issue((*consumer)->settings().name, *known, [asked](Result<std::string, Refusal> issued) {
    if (!issued) return asked->refuse(issued.error());
    JsonWriter json;
    json.open_object();
    json.text("ticket", *issued);
    json.number("expires_in", std::chrono::seconds(Tickets::kFirstUse).count());
    json.close();
    asked->answer(json.take());
  });
}

}  // namespace restanza::rest
