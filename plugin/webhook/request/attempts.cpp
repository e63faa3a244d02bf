// SPDX-License-Identifier: MIT
#include "webhook/request/attempts.h"

#include <algorithm>
#include <utility>

#include "webhook/request/body.h"
#include "webhook/settings/target.h"

namespace restanza::webhook {

Outcome Attempts::make(Transport& transport, mapping::Format format, const subscription::Item& item,
                       const xmpp::StanzaTree& tree) {
  try {
    return post(transport, format, item, tree);
  } catch (const std::exception& error) {
    Outcome outcome;
    outcome.detail = std::string("no request could be made: ") + error.what();
    return outcome;
  }
}

Outcome Attempts::post(Transport& transport, mapping::Format format, const subscription::Item& item,
                       const xmpp::StanzaTree& tree) {
  const xmpp::Stanza& stanza = tree.stanza();
  Body body = body_of(tree, format, settings_.mapping);
  if (!body.unmapped.empty()) {
    log_.debug("a stanza has what its format has no mapping for: " + listed(body.unmapped));
  }
  // Who sent an iq has waited for its turn already.
  const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - item.accepted);
  const auto within = stanza.kind != xmpp::Kind::iq
                          ? settings_.timeout
                          : std::max(settings_.timeout - waited, std::chrono::milliseconds(1));
  Post request;
  request.target = fill_fields(url_.target, stanza);
  request.content_type = mapping::media_type(body.format);
  request.language = language_of(tree);
  request.headers = signer_.headers(item.id, clock_.wall(), body.text);
  request.body = std::move(body.text);
  return transport.post(request, within);
}

}  // namespace restanza::webhook
