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
  out.flags = request.body_too_large ? XP_BODY_TOO_LARGE : request.body_follows ? XP_BODY_FOLLOWS : 0;
  out.method = view(request.method);
  out.path = view(request.path);
  if (!request.query.empty()) out.query = view(request.query);
  out.body = view(request.body);
  out.peer = view(request.peer);
  out.headers = headers.data();
  out.header_count = headers.size();
  use(out);
}

xp_stanza view_of(const xmpp::Stanza& stanza, bool injected, uint64_t keep) {
  xp_stanza out{};
  out.size = sizeof out;
  out.kind = static_cast<uint32_t>(stanza.kind);
  out.flags = injected ? XP_INJECTED : 0;
  out.type = views::view_or_absent(stanza.type);
  out.from = views::view_or_absent(stanza.from);
  out.to = views::view_or_absent(stanza.to);
  out.id = views::view_or_absent(stanza.id);
  out.xml = view(stanza.xml);
  out.keep = keep;
  return out;
}

std::optional<xmpp::Stanza> stanza_of(const xp_stanza& parsed) {
  if (!XP_HAS(xp_stanza, &parsed, xml)) return std::nullopt;
  if (parsed.kind != XP_MESSAGE && parsed.kind != XP_PRESENCE && parsed.kind != XP_IQ) return std::nullopt;
  const auto kind = static_cast<xmpp::Kind>(parsed.kind);
  const std::string start = std::string("<") + xmpp::name_of(kind);
  const std::string_view xml = text(parsed.xml);
  const bool begins = xml.size() > start.size() && xml.substr(0, start.size()) == start &&
                      std::string_view(" \t\r\n/>").find(xml[start.size()]) != std::string_view::npos;
  if (!begins || xml.back() != '>') return std::nullopt;
  return xmpp::Stanza{
      kind, copy(parsed.type), copy(parsed.from), copy(parsed.to), copy(parsed.id), std::string(xml)};
}

}  // namespace restanza::host::border
