// SPDX-License-Identifier: MIT
// Between the views that cross xp.h and the host's own values. Pure functions, any thread; a view lives as
// long as what it was made from.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "http_front/exchanges.h"
#include "xmpp/stanza.h"
#include "xp_views.h"

namespace restanza::host::border {

using views::copy;
using views::text;
using views::view;

// A handle is a number, though its type is a pointer: nobody dereferences it, so one that is out of date does
// no harm.
inline ExchangeId id_of(xp_exchange* exchange) {
  return reinterpret_cast<uintptr_t>(exchange);
}
inline xp_exchange* handle_of(ExchangeId id) {
  return reinterpret_cast<xp_exchange*>(id);
}
static_assert(sizeof(uintptr_t) >= sizeof(ExchangeId), "an exchange's id must fit a handle");

std::vector<Header> headers_of(const xp_pair* headers, size_t count);
void with_view(const HttpRequest& request, const std::function<void(const xp_request&)>& use);
xp_stanza view_of(const xmpp::Stanza& stanza, bool injected, uint64_t keep);  // 0: must not be kept

// What a plugin says that it has read, copied as it says so. Nothing where its kind is none, or the text does
// not begin and end as one of that kind: more of the text is not looked at.
std::optional<xmpp::Stanza> stanza_of(const xp_stanza& parsed);

}  // namespace restanza::host::border
