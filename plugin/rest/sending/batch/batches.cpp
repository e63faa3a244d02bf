// SPDX-License-Identifier: MIT
#include "rest/sending/batch/batches.h"

#include <utility>

#include "base/str.h"
#include "rest/answers/reply.h"
#include "rest/sending/batch/gathering.h"

namespace restanza::rest {
namespace {

// ?atomic=true; other members mean nothing to who posts.
Result<bool, Refusal> is_atomic(std::string_view query) {
  bool atomic = false;
  for (const std::string_view member : split(query, '&')) {
    const size_t equals = member.find('=');
    if (member.substr(0, equals) != "atomic") continue;
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : member.substr(equals + 1);
    if (value != "true" && value != "false") return refused::bad_query("'atomic' must be true or false");
    atomic = value == "true";
  }
  return atomic;
}

Refusal too_long() {
  return {413, "modify", "resource-constraint",
          "A batch that is all or nothing, or has an Idempotency-Key, may have " +
              std::to_string(Batches::kMaxStanzas) + " stanzas and " + std::to_string(Batches::kMaxBytes) +
              " bytes"};
}

Refusal handed_over_whole() {
  return {413, "modify", "resource-constraint",
          "Payload too large: here a batch comes whole, because of the server or a Content-Encoding, and may "
          "have rest_stanza_size_limit bytes"};
}

// The first one that is wrong, with its number.
Refusal none_sent(uint64_t number, Refusal refusal) {
  refusal.text = "Stanza " + std::to_string(number) + " is wrong, and none is sent: " + refusal.text;
  return refusal;
}

}  // namespace

void Batches::begin(http::Exchange exchange, const http::Request& request, const Caller& caller,
                    BatchForm form) const {
  if (request.body_too_large) return refuse(std::move(exchange), request, handed_over_whole());
  const auto atomic = is_atomic(request.query);
  if (!atomic) return refuse(std::move(exchange), request, atomic.error());
  const Asked asked{caller, form, *atomic};
  if (!*atomic && !Idempotency::asked(request)) {
    const auto batch = made(std::move(exchange), request, asked, Batch::Answer::in_pieces);
    return batch->begin(request.body, !request.body_follows);
  }
  if (!request.body_follows) return send_whole(std::move(exchange), request, asked);
  const auto then = [this, asked](http::Exchange e, const http::Request& r) {
    send_whole(std::move(e), r, asked);
  };
  std::make_shared<Gathering>(std::move(exchange), request, caller.name, kMaxBytes, too_long(), then,
                              deps_.open, deps_.log)
      ->begin();
}

void Batches::send_whole(http::Exchange exchange, const http::Request& request, const Asked& asked) const {
  if (const auto refusal = check(request, asked)) {
    deps_.credentials.note(request, asked.caller, *refusal);
    return refuse(std::move(exchange), request, *refusal);
  }
  if (!Idempotency::asked(request))
    return made(std::move(exchange), request, asked, Batch::Answer::in_pieces)->begin(request.body, true);
  idempotency_.once(std::move(exchange), request, asked.caller,
                    [this, asked](http::Exchange e, const http::Request& r, const Departure& departure) {
                      departure.leaves();
                      made(std::move(e), r, asked, Batch::Answer::whole)->begin(r.body, true);
                    });
}

std::optional<Refusal> Batches::check(const http::Request& request, const Asked& asked) const {
  if (request.body.size() > kMaxBytes) return too_long();
  const auto splitter = make_splitter(asked.form, deps_.max_stanza, asked.caller, deps_.mapping);
  splitter->append(request.body);
  splitter->end();
  while (const auto item = splitter->next()) {
    if (item->number > kMaxStanzas) return too_long();
    if (!asked.atomic) continue;
    if (!item->posted) return none_sent(item->number, item->posted.error());
    const auto checked = check_stanza(*item->posted, asked.caller, deps_.consumers);
    if (!checked) return none_sent(item->number, checked.error());
  }
  if (splitter->broken() && splitter->count() == 0) return splitter->broken();
  if (asked.atomic && splitter->broken()) return none_sent(splitter->count() + 1, *splitter->broken());
  return std::nullopt;
}

std::shared_ptr<Batch> Batches::made(http::Exchange exchange, const http::Request& request,
                                     const Asked& asked, Batch::Answer answer) const {
  return std::make_shared<Batch>(std::move(exchange), request, asked.caller, asked.form, answer, deps_);
}

}  // namespace restanza::rest
