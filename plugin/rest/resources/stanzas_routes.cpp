// SPDX-License-Identifier: MIT
// The rows of the routes that send stanzas.
#include <algorithm>
#include <initializer_list>
#include <iterator>

#include "rest/resources/stanzas.h"

namespace restanza::rest {
namespace {

using In = Parameter::In;

constexpr Parameter kTo = {"to", In::path, true, "The address that the stanza goes to."};
constexpr Parameter kTimeout = {"Restanza-Timeout", In::header, false,
                                "How many seconds an iq waits for its answer."};
constexpr Parameter kOldTimeout = {"Prosody-Rest-Timeout", In::header, false,
                                   "The same, where Restanza-Timeout is not there."};
constexpr Parameter kKey = {
    Idempotency::kHeader, In::header, false,
    "The same key with the same body gets the first answer, and nothing is sent twice."};

std::vector<mapping::Format> all_formats() {
  return {std::begin(mapping::kFormats), std::end(mapping::kFormats)};
}

// What a stanza in a request may be refused with.
Answers reading(std::initializer_list<Answer> further) {
  Answers all = {
      {400, "The body, the path or the timeout cannot be read; the text says where."},
      {403,
       "The stanza's from is not the sender's, the token may not send this, a key has no credentials, or a "
       "page asked that may not."},
      {413, "The body has more than rest_stanza_size_limit bytes, or the stanza more than the server takes."},
      {422, "The body can be read, and is not a stanza that can be sent; the text says why."},
      {502, "The answer cannot be put into the format that was asked for."},
  };
  all.insert(all.end(), further);
  return all;
}

constexpr Answer kMediaType = {415, "The body is in none of the formats."};
constexpr Answer kConflict = {409,
                              "An iq with these addresses and this id is waiting, or the Idempotency-Key is "
                              "in use, or its outcome unknown."};
constexpr Answer kLate = {504, "No answer to the iq came in time."};
constexpr Answer kAccepted = {202, "The server holds the message or presence; Stanza-Id is its id."};
constexpr Answer kAnswered = {200, "The answer to the iq, a result or an error."};
constexpr Answer kAnsweredOrBatch = {
    200, "The answer to the iq, a result or an error; or a line for each stanza of a batch."};
constexpr Answer kSlow = {408, "Too little of a batch that is read whole came for too long."};
constexpr Parameter kAtomic = {"atomic", In::query, false,
                               "With true no stanza of a batch is sent where one is wrong."};
constexpr AnswerHeader kId = {"Stanza-Id", "The id of the message or presence that was sent."};
constexpr AnswerHeader kKeys = {"Unmapped-Keys", "The keys of the body that have no mapping."};
constexpr AnswerHeader kElements = {"Unmapped-Elements",
                                    "The elements of the answer that have no mapping to its format."};
constexpr AnswerHeader kReplayed = {"Idempotency-Replayed",
                                    "It is there where this answer was given before for the same key."};
constexpr Answer kNoRoom = {503, "There is no room right now, the link is down, or the server is ending."};

}  // namespace

Routes Stanzas::routes() const {
  using http::Exchange;
  using http::Request;
  return {
      {"POST",
       "",
       Right::send,
       "stanza",
       [this](Exchange e, const Request& r, const Caller& c, const PathValues&) {
         send(std::move(e), r, c, {});
       },
       {"Sends the stanza in the body, or each of a batch.",
        {kAtomic, kKey, kTimeout, kOldTimeout},
        all_formats(),
        reading({kAccepted, kAnsweredOrBatch, kMediaType, kConflict, kLate, kNoRoom, kSlow}),
        {kId, kKeys, kElements, kReplayed},
        "a stanza is posted to '' or to '/{kind}/{type}/{to}', where the kind is message, presence or iq"}},
      {"POST",
       Target::kStanzaPath,
       Right::send,
       "stanza",
       [this](Exchange e, const Request& r, const Caller& c, const PathValues& v) {
         send(std::move(e), r, c, {Target::Kind::stanza, v[0], v[1], v[2]});
       },
       {"Sends the stanza in the body; kind, type and address stand in the path.",
        {{"kind", In::path, true, "One of message, presence and iq."},
         {"type", In::path, true, "The stanza's type, such as chat."},
         kTo,
         kKey,
         kTimeout,
         kOldTimeout},
        all_formats(),
        reading({kAccepted, kAnswered, kMediaType, kConflict, kLate, kNoRoom}),
        {kId, kKeys, kElements, kReplayed},
        "the path of a stanza is '/{kind}/{type}/{to}'"}},
      {"GET",
       Target::kQueryPath,
       Right::send,
       "query",
       [this](Exchange e, const Request& r, const Caller& c, const PathValues& v) {
         send(std::move(e), r, c, {Target::Kind::query, {}, v[0], v[1]});
       },
       {"Asks a question with an iq.",
        {{"query", In::path, true, "A field of the mapping that an iq may have, such as version."},
         kTo,
         {"*", In::query, false, "The members of the field, such as node."},
         kTimeout,
         kOldTimeout},
        {},
        reading({kAnswered, kLate, kNoRoom}),
        {kElements},
        "a query is asked at '/{query}/{to}', such as '/version/localhost'"}},
      {"POST",
       "/echo",
       Right::any,
       "echo",
       [this](Exchange e, const Request& r, const Caller& c, const PathValues&) { echo(std::move(e), r, c); },
       {"Shows what would be sent.",
        {},
        all_formats(),
        reading({{200, "The stanza, as it would be sent."}, kMediaType}),
        {kKeys, kElements}}},
  };
}

}  // namespace restanza::rest
