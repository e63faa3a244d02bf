// SPDX-License-Identifier: MIT
#include "rest/stanzas.h"

#include <algorithm>
#include <utility>

#include "rest/reply.h"

namespace restanza::rest {
namespace {

// 202 with the stanza's id, where a header can hold it: an id may have line ends in it.
http::Response accepted(const std::string& id) {
  http::Response response{202, {}, {}};
  const bool plain = std::none_of(id.begin(), id.end(),
                                  [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (plain) response.headers.emplace_back("Stanza-Id", id);
  return response;
}

}  // namespace

Result<Posted, Refusal> Stanzas::read(http::Exchange& exchange, const http::Request& request,
                                      const Target& target, const Caller& caller) const {
  auto posted = read_stanza(request, target, caller, mapping_);
  if (posted && !posted->decoded.unmapped.empty()) {
    const std::string keys = header_list(posted->decoded.unmapped);
    log_.info("a request has keys without mapping: " + keys);
    exchange.add_header({"Unmapped-Keys", keys});
  }
  return posted;
}

void Stanzas::send(http::Exchange exchange, http::Request request, Target to) const {
  with_caller(credentials_, std::move(exchange), std::move(request),
              [this, target = std::move(to)](http::Exchange e, const http::Request& r, const Caller& caller) {
                if (r.method != "POST" || !Idempotency::asked(r))
                  return send_as(caller, std::move(e), r, target);
                idempotency_.once(std::move(e), r, caller,
                                  [this, target, caller](http::Exchange begun, const http::Request& again) {
                                    send_as(caller, std::move(begun), again, target);
                                  });
              });
}

void Stanzas::echo(http::Exchange exchange, http::Request request) const {
  with_caller(credentials_, std::move(exchange), std::move(request),
              [this](http::Exchange e, const http::Request& r, const Caller& caller) {
                const auto posted = read(e, r, {}, caller);
                if (!posted) return refuse_to(caller, std::move(e), r, posted.error());
                set_attributes(posted->root(), posted->stanza.attributes);
                answer_with(std::move(e), r, posted->root(), mapping_);
              });
}

void Stanzas::refuse_to(const Caller& caller, http::Exchange exchange, const http::Request& request,
                        const Refusal& refusal) const {
  credentials_.note(request, caller, refusal);
  refuse(std::move(exchange), request, refusal);
}

void Stanzas::send_as(const Caller& caller, http::Exchange exchange, const http::Request& request,
                      const Target& target) const {
  auto posted = read(exchange, request, target, caller);
  if (!posted) return refuse_to(caller, std::move(exchange), request, posted.error());
  const bool iq = posted->stanza.kind == xmpp::Kind::iq;
  auto checked = iq ? check_iq(posted->root()) : Result<void, Refusal>();
  if (checked) checked = check_rights(posted->stanza, caller);
  if (!checked) return refuse_to(caller, std::move(exchange), request, checked.error());

  const auto stanza =
      xmpp::make_stanza(posted->stanza.kind, std::move(posted->stanza.attributes), posted->root());
  if (iq) return iqs_.send(std::move(exchange), request, stanza, caller.account);
  const xmpp::Sent sent = sink_.send(stanza);
  if (sent != xmpp::Sent::ok) return refuse(std::move(exchange), request, not_taken(sent));
  exchange.respond(accepted(stanza.id));
}

}  // namespace restanza::rest
