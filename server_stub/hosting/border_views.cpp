// SPDX-License-Identifier: MIT
#include "hosting/border_views.h"

namespace restanza::host::border {

std::vector<Header> headers_of(const xp_pair* headers, size_t count) {
  std::vector<Header> out;
  out.reserve(count);
  for (size_t i = 0; i < count; ++i) out.emplace_back(copy(headers[i].name), copy(headers[i].value));
  return out;
}

void with_view(const HttpRequest& request, const std::function<void(const xp_request&)>& use) {
  std::vector<xp_pair> headers;
  headers.reserve(request.headers.size());
  for (const auto& [name, value] : request.headers) headers.push_back({view(name), view(value)});
  xp_request out{};
  out.size = sizeof out;
  out.flags = request.body_too_large ? XP_BODY_TOO_LARGE : 0;
  out.method = view(request.method);
  out.path = view(request.path);
  if (!request.query.empty()) out.query = view(request.query);
  out.body = view(request.body);
  out.peer = view(request.peer);
  out.headers = headers.data();
  out.header_count = headers.size();
  use(out);
}

namespace {

// An attribute that is not there is absent, not empty.
xp_str attribute(const std::string& value) {
  return value.empty() ? xp_str{nullptr, 0} : view(value);
}

}  // namespace

xp_stanza view_of(const xmpp::Stanza& stanza, bool injected) {
  xp_stanza out{};
  out.size = sizeof out;
  out.kind = static_cast<uint32_t>(stanza.kind);
  out.flags = injected ? XP_INJECTED : 0;
  out.type = attribute(stanza.type);
  out.from = attribute(stanza.from);
  out.to = attribute(stanza.to);
  out.id = attribute(stanza.id);
  out.xml = view(stanza.xml);
  return out;
}

}  // namespace restanza::host::border
