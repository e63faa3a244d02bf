// SPDX-License-Identifier: MIT
// The rows of /rest/events.
#include <utility>

#include "rest/resources/events.h"

namespace restanza::rest {

Routes Events::routes() const {
  return {
      {"GET",
       "/events",
       Right::follow,
       "events",
       [this](http::Exchange e, const http::Request& r, const Caller& caller, const PathValues&) {
         follow(std::move(e), r, caller);
       },
       {"Streams the stanzas that come for a consumer, as Server-Sent Events.",
        {{"consumer", Parameter::In::query, false, "Whose; `default` where it is not said."},
         {"after", Parameter::In::query, false, "A cursor: all up to it is acknowledged, and comes no more."},
         {"ticket", Parameter::In::query, false, "In place of credentials."},
         {"Last-Event-ID", Parameter::In::header, false, "The same as `after`, and before it."}},
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

}  // namespace restanza::rest
