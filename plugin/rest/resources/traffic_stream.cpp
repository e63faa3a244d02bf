// SPDX-License-Identifier: MIT
#include "rest/resources/traffic_stream.h"

#include <string>

#include "rest/answers/query_members.h"
#include "rest/answers/reply.h"
#include "rest/resources/events.h"

namespace restanza::rest {
namespace {

using In = Parameter::In;

// The id that the reader has read up to; empty: it has none.
Result<std::string, Refusal> followed_after(const http::Request& request) {
  const auto members = query_members(request.query);
  if (!members) return members.error();
  // A client that has lost its connection repeats the whole query, and knows better by then.
  std::string after(request.header("Last-Event-ID").value_or(""));
  for (const auto& [name, value] : *members) {
    if (name != "after")
      return refused::bad_query("'" + name.substr(0, 100) + "' is an unknown option: after is known");
    if (after.empty()) after = value;
  }
  return after;
}

}  // namespace

Routes TrafficStream::routes() const {
  return {{"GET",
           "/traffic",
           Right::admin,
           "traffic",
           [this](http::Exchange e, const http::Request& r, const Caller& caller, const PathValues&) {
             follow(std::move(e), r, caller);
           },
           {"Follows what comes and goes and what becomes of it, as a stream of events.",
            {{"after", In::query, false, "The id of an event: the stream goes on behind it."},
             {"Last-Event-ID", In::header, false, "The same, and goes before it."}},
            {},
            {{200, "The events, as Server-Sent Events; it does not end."},
             {400, "The query cannot be read; the text names what is wrong."}}}}};
}

void TrafficStream::follow(http::Exchange exchange, const http::Request& request,
                           const Caller& caller) const {
  const auto after = followed_after(request);
  if (!after) return refuse(std::move(exchange), request, after.error());
  if (request.method == "HEAD") return exchange.respond({200, feed::EventStream::headers(), {}});
  const auto source = std::make_shared<TrafficSource>(ring_, recorder_, texts_, caller);
  source->begin(*after);
  const auto stream =
      consumers_.streams().begin(exchange, source, caller.name, follows_until(caller, clock_));
  if (stream) return source->tell(stream);
  source->ended();
  refuse(std::move(exchange), request, refused::later("There are too many streams"));
}

}  // namespace restanza::rest
