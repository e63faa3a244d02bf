// SPDX-License-Identifier: MIT
#include "rest/resources/stanzas.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/str.h"
#include "rest/answers/reply.h"
#include "rest/sending/batch/media.h"
#include "rest/sending/checking.h"

namespace restanza::rest {
namespace {

// Bytes: clients and proxies give up at some kilobytes of one header.
constexpr size_t kLongestIdHeader = 1023;

// 202 with the stanza's id, where a header can hold it: an id may be long, or have line ends in it.
http::Response accepted(const std::string& id) {
  http::Response response{202, {}, {}};
  const bool plain = id.size() <= kLongestIdHeader && std::none_of(id.begin(), id.end(), [](char c) {
                       return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
                     });
  if (plain) response.headers.emplace_back("Stanza-Id", id);
  return response;
}

}  // namespace

void Stanzas::name_unmapped(http::Exchange& exchange, const Result<Posted, Refusal>& posted) const {
  if (!posted || posted->decoded.unmapped.empty()) return;
  std::vector<std::string> shown = posted->decoded.unmapped;
  for (std::string& key : shown) {
    if (credentials_.holds_secret(percent_decode(key).value_or(key))) key = "(a secret in the key's place)";
  }
  log_.info("a request has keys without mapping: " + header_list(shown));
  exchange.add_header({"Unmapped-Keys", header_list(posted->decoded.unmapped)});
}

void Stanzas::send(http::Exchange exchange, const http::Request& request, const Caller& caller,
                   const Target& target) const {
  const auto batch = target.kind == Target::Kind::none ? batch_form(request) : std::nullopt;
  if (batch) return batches_.begin(std::move(exchange), request, caller, *batch);
  if (request.method != "POST" || !Idempotency::asked(request))
    return send_as(caller, std::move(exchange), request, target, {});
  idempotency_.once(
      std::move(exchange), request, caller,
      [this, target, caller](http::Exchange begun, const http::Request& again, const Departure& departure) {
        send_as(caller, std::move(begun), again, target, departure);
      });
}

void Stanzas::echo(http::Exchange exchange, const http::Request& request, const Caller& caller) const {
  const auto posted = read_tree(request, {}, caller, mapping_);
  name_unmapped(exchange, posted);
  if (!posted) return refuse_to(caller, std::move(exchange), request, posted.error());
  set_attributes(posted->root(), posted->attributes);
  answer_with(std::move(exchange), request, posted->root(), mapping_);
}

void Stanzas::refuse_to(const Caller& caller, http::Exchange exchange, const http::Request& request,
                        const Refusal& refusal) const {
  credentials_.note(request, caller, refusal);
  refuse(std::move(exchange), request, refusal);
}

void Stanzas::send_as(const Caller& caller, http::Exchange exchange, const http::Request& request,
                      const Target& target, const Departure& departure) const {
  auto posted = read_stanza(request, target, caller, mapping_);
  name_unmapped(exchange, posted);
  if (!posted) return refuse_to(caller, std::move(exchange), request, posted.error());
  const auto checked = check_stanza(*posted, caller, consumers_);
  if (!checked) return refuse_to(caller, std::move(exchange), request, checked.error());

  xmpp::Stanza stanza = posted->make();
  if (*checked == SentAs::request)
    return iqs_.send(std::move(exchange), request, std::move(stanza), caller.account, departure);
  http::Response told = accepted(stanza.id);  // whatever needs memory comes before it is sent
  const xmpp::Sent sent = departure.send(stanza, sink_);
  if (sent != xmpp::Sent::ok) return refuse(std::move(exchange), request, not_taken(sent));
  exchange.respond(std::move(told));
}

}  // namespace restanza::rest
