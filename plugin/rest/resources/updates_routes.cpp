// SPDX-License-Identifier: MIT
// The rows of /rest/updates.
#include <utility>

#include "rest/resources/updates.h"

namespace restanza::rest {

Routes Updates::routes() const {
  return {{"GET",
           "/updates",
           Right::receive,
           "updates",
           [this](http::Exchange e, const http::Request& r, const Caller& caller, const PathValues&) {
             ask(std::move(e), r, caller);
           },
           {"Gives the stanzas that came for a consumer, and waits for some where there are none.",
            {{"consumer", Parameter::In::query, false, "Whose; `default` where it is not said."},
             {"after", Parameter::In::query, false,
              "A cursor: all up to it is acknowledged, and comes no more. Without it the consumer goes on "
              "where it last acknowledged."},
             {"limit", Parameter::In::query, false, "At most so many, 1 to 1000."},
             {"timeout", Parameter::In::query, false, "So many seconds it waits at most, 0 to 120."}},
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

}  // namespace restanza::rest
