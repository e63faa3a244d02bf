// SPDX-License-Identifier: MIT
#include "webhook/settings/target.h"

#include <optional>
#include <string_view>

#include "base/str.h"

namespace restanza::webhook {
namespace {

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

std::string language_of(const xmpp::StanzaTree& tree) {
  if (tree.stanza().xml.find("xml:lang") == std::string::npos) return {};  // spares most stanzas the parser
  const xml::Element root = tree.root();
  if (!root) return {};
  const std::string language(root.attribute("xml:lang").value_or(""));
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-";
  return language.find_first_not_of(kLetters) == std::string::npos ? language : std::string();
}

}  // namespace restanza::webhook
