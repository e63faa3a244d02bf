// SPDX-License-Identifier: MIT
// The rows of /rest/deliveries.
#include <initializer_list>

#include "rest/resources/deliveries.h"

namespace restanza::rest {
namespace {

using In = Parameter::In;

// Those by which deliveries are selected, and further ones.
Parameters selecting(std::initializer_list<Parameter> further) {
  Parameters all = {
      {"state", In::query, false, "Only what waits (waiting), or what was given up (dead)."},
      {"endpoint", In::query, false, "Only what is for the endpoint of this name."},
      {"after", In::query, false, "Only what was accepted after this time, in the form of RFC 3339."},
      {"before", In::query, false, "Only what was accepted before this time, in the form of RFC 3339."},
  };
  all.insert(all.end(), further);
  return all;
}

Parameters with_id() {
  return {{"id", In::path, true, "The delivery's id, as in the header webhook-id."}};
}

constexpr Answer kBadQuery = {400, "The query cannot be read; the text names what is wrong."};
constexpr Answer kUnknown = {404, "There is no such delivery."};
constexpr Answer kAtWork = {409, "The delivery is being posted right now."};

}  // namespace

Routes Deliveries::routes() const {
  using http::Exchange;
  using http::Request;
  constexpr const char* kName = "deliveries";
  const auto all = [this](auto what) {
    return [this, what](Exchange e, const Request& r, const Caller&, const PathValues&) {
      (this->*what)(std::move(e), r);
    };
  };
  const auto one = [this](auto what) {
    return [this, what](Exchange e, const Request& r, const Caller&, const PathValues& v) {
      (this->*what)(v[0], std::move(e), r);
    };
  };
  return {
      {"GET",
       "/deliveries",
       Right::admin,
       kName,
       all(&Deliveries::look),
       {"Tells what waits for each endpoint; with a query, single deliveries.",
        selecting({{"limit", In::query, false, "At most so many deliveries, 1 to 1000."},
                   {"beyond", In::query, false, "Goes on where the last page ended: its next."}}),
        {},
        {{200, "The queues, or the deliveries that the query names."}, kBadQuery},
        {},
        "a delivery is at '/deliveries/{id}', and replayed at '.../{id}/replay'"}},
      {"DELETE",
       "/deliveries",
       Right::admin,
       kName,
       all(&Deliveries::discard),
       {"Discards the deliveries that the query names.",
        selecting({}),
        {},
        {{200, "How many were discarded."}, kBadQuery}}},
      {"POST",
       "/deliveries/replay",
       Right::admin,
       kName,
       all(&Deliveries::replay),
       {"Puts dead letters back into their queues.",
        selecting({}),
        {mapping::Format::json},
        {{200, "How many wait again."},
         {400, "The query or the body cannot be read; the text names what is wrong."},
         {415, "The body is not JSON."},
         {422, "What the query names is not dead."}}}},
      {"GET",
       "/deliveries/{id}",
       Right::admin,
       kName,
       one(&Deliveries::look_at),
       {"Shows one delivery with its stanza.", with_id(), {}, {{200, "The delivery."}, kUnknown}}},
      {"DELETE",
       "/deliveries/{id}",
       Right::admin,
       kName,
       one(&Deliveries::discard_one),
       {"Discards one delivery.", with_id(), {}, {{204, "It is discarded."}, kUnknown, kAtWork}}},
      {"POST",
       "/deliveries/{id}/replay",
       Right::admin,
       kName,
       one(&Deliveries::replay_one),
       {"Puts one dead letter back into its queue.",
        with_id(),
        {},
        {{200, "It waits again."}, {404, "There is no such dead letter."}}}},
  };
}

}  // namespace restanza::rest
