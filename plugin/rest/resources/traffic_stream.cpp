// SPDX-License-Identifier: MIT
#include "rest/resources/traffic_stream.h"

#include <string>

#include "rest/answers/options.h"
#include "rest/answers/reply.h"
#include "rest/resources/following.h"

namespace restanza::rest {
namespace {

using In = Parameter::In;

// The id that the reader has read up to; empty: it has none.
Result<std::string, Refusal> followed_after(const http::Request& request) {
  const auto members = query_members(request.query);
  if (!members) return members.error();
  // A client that has lost its connection repeats the whole query, and knows better by then.
  std::string after(request.header("Last-Event-ID").value_or(""));
  const auto read = read_options(*members, {{"after", [&after](const std::string& value) {
                                               if (after.empty()) after = value;
                                               return Result<void, Refusal>();
                                             }}});
  if (!read) return read.error();
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
  answer_with_stream(std::move(exchange), request, source, consumers_.streams(), caller, clock_);
}

}  // namespace restanza::rest
