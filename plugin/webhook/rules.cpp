// SPDX-License-Identifier: MIT
#include "webhook/rules.h"

#include <algorithm>
#include <optional>

#include "base/str.h"
#include "xml/gate.h"
#include "xmpp/jid.h"
#include "xmpp/pattern.h"

namespace restanza::webhook {
namespace {

// RFC 6121 sections 5.2.2 and 4.7.1, RFC 6120 section 8.2.3; "normal" and "available" are said by silence
// too.
constexpr std::string_view kMessageTypes[] = {"normal", "chat", "groupchat", "headline", "error"};
constexpr std::string_view kOtherTypes[] = {"available",   "unavailable",  "subscribe", "subscribed",
                                            "unsubscribe", "unsubscribed", "probe",     "get",
                                            "set",         "result"};

template <class List, class Text>
bool holds(const List& list, const Text& text) {
  return std::find(std::begin(list), std::end(list), text) != std::end(list);
}

struct Fields {
  std::string_view kind, type, to, from;
};

std::optional<std::string_view> field(std::string_view name, const Fields& fields) {
  if (name == "kind") return fields.kind;
  if (name == "type") return fields.type;
  if (name == "to") return fields.to;
  if (name == "from") return fields.from;
  return std::nullopt;
}

// Calls `text` and `name` for what stands outside and inside of braces, in order; false where they do not
// pair.
template <class Text, class Name>
bool walk(std::string_view target, Text&& text, Name&& name) {
  while (!target.empty()) {
    const size_t open = target.find_first_of("{}");
    text(target.substr(0, open));
    if (open == std::string_view::npos) return true;
    const size_t close = target.find('}', open);
    if (target[open] == '}' || close == std::string_view::npos) return false;
    name(target.substr(open + 1, close - open - 1));
    target.remove_prefix(close + 1);
  }
  return true;
}

std::string fill(const std::string& target, const Fields& fields) {
  std::string out;
  walk(
      target, [&](std::string_view text) { out += text; },
      [&](std::string_view name) { out += percent_encode(field(name, fields).value_or("")); });
  return out;
}

}  // namespace

Event event_of(const xmpp::Stanza& stanza) {
  const std::string_view bare = xmpp::bare_of(stanza.to);
  if (bare.find('@') == std::string_view::npos) return Event::host;
  return bare.size() == stanza.to.size() ? Event::bare : Event::full;
}

std::string_view type_of(const xmpp::Stanza& stanza) {
  const std::string_view type = stanza.type;
  if (stanza.kind == xmpp::Kind::message) return holds(kMessageTypes, type) ? type : "normal";
  return stanza.kind == xmpp::Kind::presence && type.empty() ? "available" : type;
}

Result<void> check_types(const std::vector<std::string>& types) {
  for (const std::string& type : types) {
    if (holds(kMessageTypes, type) || holds(kOtherTypes, type)) continue;
    std::string known;
    for (const std::string_view name : kMessageTypes) known.append(name).append(", ");
    for (const std::string_view name : kOtherTypes) known.append(name).append(", ");
    return Error{"'types' knows " + known + "and not '" + type + "'"};
  }
  return {};
}

Rules::Rules(const Settings& settings)
    : domain_(settings.domain),
      kinds_(settings.kinds),
      events_(settings.events),
      types_(settings.types),
      from_(settings.from),
      to_(settings.to),
      namespaces_(settings.namespaces) {}

bool Rules::wants(const xmpp::Stanza& stanza) const {
  return (kinds_ & mask(stanza.kind)) != 0 && (events_ & mask(event_of(stanza))) != 0 &&
         xmpp::domain_of(stanza.to) == domain_ && of_wanted_type(stanza) &&
         xmpp::covers(from_, stanza.from) && xmpp::covers(to_, stanza.to) && has_wanted_child(stanza);
}

bool Rules::of_wanted_type(const xmpp::Stanza& stanza) const {
  return types_.empty() || holds(types_, type_of(stanza));
}

bool Rules::has_wanted_child(const xmpp::Stanza& stanza) const {
  if (namespaces_.empty()) return true;
  const auto document = xml::parse(stanza.xml);
  if (!document) return false;
  for (const xml::Element child : xml::children(document->root())) {
    if (holds(namespaces_, child.ns())) return true;
  }
  return false;
}

Result<void> check_fields(const std::string& target) {
  std::string unknown;
  const bool paired = walk(
      target, [](std::string_view) {},
      [&](std::string_view name) {
        if (unknown.empty() && !field(name, Fields())) unknown = "{" + std::string(name) + "}";
      });
  if (!paired) return Error{"has a brace without its partner: write %7B for '{' and %7D for '}'"};
  if (!unknown.empty()) {
    return Error{"has the unknown field " + unknown + ": there are {kind}, {type}, {to} and {from}"};
  }
  return {};
}

std::string fill_fields(const std::string& target, const xmpp::Stanza& stanza) {
  return fill(target, {xmpp::name_of(stanza.kind), stanza.type, stanza.to, stanza.from});
}

std::string probe_target(const std::string& target, const std::string& domain) {
  return fill(target, {"meta", "info", domain, domain});
}

std::string language_of(const xmpp::Stanza& stanza) {
  if (stanza.xml.find("xml:lang") == std::string::npos) return {};  // spares most stanzas the parser
  const auto document = xml::parse(stanza.xml);
  if (!document) return {};
  const std::string language(document->root().attribute("xml:lang").value_or(""));
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-";
  return language.find_first_not_of(kLetters) == std::string::npos ? language : std::string();
}

}  // namespace restanza::webhook
