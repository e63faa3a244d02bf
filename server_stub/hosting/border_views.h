// SPDX-License-Identifier: MIT
// Between the views that cross xp.h and the host's own values. Pure functions, any thread; a view lives as
// long as what it was made from.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "http_front/exchanges.h"
#include "xmpp/stanza.h"
#include "xp.h"

namespace restanza::host::border {

inline xp_str view(std::string_view text) {
  return {text.data() ? text.data() : "", text.size()};
}
inline std::string_view text(xp_str view) {
  return view.ptr ? std::string_view(view.ptr, view.len) : std::string_view();
}
inline std::string copy(xp_str view) {
  return std::string(text(view));
}

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
xp_stanza view_of(const xmpp::Stanza& stanza, bool injected);

}  // namespace restanza::host::border
