// SPDX-License-Identifier: MIT
#include "rest/stanzas.h"

#include <algorithm>
#include <utility>

#include "rest/addressing.h"
#include "rest/reading.h"
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

Result<xml::Document, Refusal> Stanzas::read(http::Exchange& exchange, const http::Request& request,
                                             const Target& target, const Caller& caller) const {
  auto stanza = read_stanza(request, target, caller, mapping_);
  if (!stanza) return stanza.error();
  if (!stanza->unmapped.empty()) {
    const std::string keys = header_list(stanza->unmapped);
    log_.info("a request has keys without mapping: " + keys);
    exchange.add_header({"Unmapped-Keys", keys});
  }
  return std::move(stanza->document);
}

void Stanzas::send(http::Exchange exchange, http::Request request, const Target& target) const {
  with_caller(credentials_, std::move(exchange), std::move(request),
              [this, target](http::Exchange e, const http::Request& r, const Caller& caller) {
                if (r.method != "POST") return send_as(caller, std::move(e), r, target);
                idempotency_.once(std::move(e), r, caller,
                                  [this, target, caller](http::Exchange begun, const http::Request& again) {
                                    send_as(caller, std::move(begun), again, target);
                                  });
              });
}

void Stanzas::echo(http::Exchange exchange, http::Request request) const {
  with_caller(credentials_, std::move(exchange), std::move(request),
              [this](http::Exchange e, const http::Request& r, const Caller& caller) {
                const auto document = read(e, r, {}, caller);
                if (!document) return refuse(std::move(e), r, document.error());
                answer_with(std::move(e), r, document->root(), mapping_);
              });
}

void Stanzas::send_as(const Caller& caller, http::Exchange exchange, const http::Request& request,
                      const Target& target) const {
  const auto document = read(exchange, request, target, caller);
  if (!document) return refuse(std::move(exchange), request, document.error());
  const xml::Element root = document->root();
  const bool iq = root.name() == "iq";
  auto checked = iq ? check_iq(root) : Result<void, Refusal>();
  if (checked) checked = check_rights(root, caller);
  if (!checked) return refuse(std::move(exchange), request, checked.error());

  const auto stanza = xmpp::to_stanza(root);
  if (!stanza) return refuse(std::move(exchange), request, refused::no_stanza());
  if (iq) return iqs_.send(std::move(exchange), request, *stanza, caller.account);
  const xmpp::Sent sent = sink_.send(*stanza);
  if (sent != xmpp::Sent::ok) return refuse(std::move(exchange), request, not_taken(sent));
  exchange.respond(accepted(stanza->id));
}

}  // namespace restanza::rest
