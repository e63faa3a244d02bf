// SPDX-License-Identifier: MIT
#include "rest/resources/idempotency_keys.h"

#include <string>
#include <utility>

#include "rest/answers/json_writer.h"
#include "rest/answers/query_members.h"
#include "rest/answers/reply.h"

namespace restanza::rest {
namespace {

std::string sums(const journal::KeysKept& kept, const journal::KeyLimits& limits) {
  JsonWriter json;
  json.open_object();
  json.number("keys", static_cast<int64_t>(kept.keys));
  json.number("bytes", static_cast<int64_t>(kept.bytes));
  json.number("max_bytes", static_cast<int64_t>(limits.together));
  json.number("max_bytes_each", static_cast<int64_t>(limits.each));
  json.open_array("credentials");
  for (const journal::KeyUse& use : kept.credentials) {
    json.open_object();
    json.text("name", use.credential);
    json.number("keys", static_cast<int64_t>(use.keys));
    json.number("bytes", static_cast<int64_t>(use.bytes));
    json.close();
  }
  json.close();
  json.close();
  return json.take();
}

Refusal bad_option(const std::string& name) {
  return {400, "modify", "bad-format",
          "'" + name + "' is an unknown option, or is empty: credential is known, and names one"};
}

}  // namespace

struct IdempotencyKeys::Discarding : ParkedRequest {
  using ParkedRequest::ParkedRequest;

  std::string credential = {};  // whose; empty: everybody's
  size_t discarded = 0;
};

Routes IdempotencyKeys::routes() const {
  using http::Exchange;
  using http::Request;
  constexpr const char* kName = "idempotency-keys";
  return {
      {"GET",
       "/idempotency-keys",
       Right::admin,
       kName,
       [this](Exchange e, const Request& r, const Caller&, const PathValues&) { look(std::move(e), r); },
       {"Tells how much is remembered of requests with an Idempotency-Key, and for whom.",
        {},
        {},
        {{200, "The sums, and the credentials that have most."}}}},
      {"DELETE",
       "/idempotency-keys",
       Right::admin,
       kName,
       [this](Exchange e, const Request& r, const Caller&, const PathValues&) { discard(std::move(e), r); },
       {"Forgets Idempotency-Keys with their answers, but those that are in use.",
        {{"credential", Parameter::In::query, false, "Only those of the credential of this name."}},
        {},
        {{200, "How many were forgotten."},
         {400, "The query cannot be read; the text names what is wrong."}}}},
  };
}

void IdempotencyKeys::fail(ParkedRequest& asked, const Error& why) const {
  log_.error("the journal cannot be asked about Idempotency-Keys: " + why.text);
  asked.refuse(refused::later("The journal cannot be read or written"));
}

void IdempotencyKeys::look(http::Exchange exchange, const http::Request& request) const {
  const auto asked = std::make_shared<ParkedRequest>(std::move(exchange), request);
  journal_.count_keys(kMaxShown, [this, asked](const Result<journal::KeysKept>& kept) {
    if (!kept) return fail(*asked, kept.error());
    asked->answer(sums(*kept, journal_.key_limits()));
  });
}

void IdempotencyKeys::discard(http::Exchange exchange, const http::Request& request) const {
  const auto members = query_members(request.query);
  if (!members) return refuse(std::move(exchange), request, members.error());
  const auto asked = std::make_shared<Discarding>(std::move(exchange), request);
  for (const auto& [name, value] : *members) {
    if (name != "credential" || value.empty()) return asked->refuse(bad_option(name));
    asked->credential = value;
  }
  discard_more(asked);
}

// So many at once that nobody else waits long for the journal.
void IdempotencyKeys::discard_more(const std::shared_ptr<Discarding>& asked) const {
  journal_.discard_keys(asked->credential, kAtOnce, [this, asked](const Result<size_t>& discarded) {
    if (!discarded) return fail(*asked, discarded.error());
    asked->discarded += *discarded;
    if (*discarded == kAtOnce) return discard_more(asked);
    JsonWriter json;
    json.open_object();
    json.number("discarded", static_cast<int64_t>(asked->discarded));
    json.close();
    asked->answer(json.take());
  });
}

}  // namespace restanza::rest
