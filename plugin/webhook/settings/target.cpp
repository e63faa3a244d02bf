// SPDX-License-Identifier: MIT
#include "webhook/settings/target.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/str.h"
#include "subscription/rules.h"

namespace restanza::webhook {
namespace {

struct Fields {
  std::string_view kind, type, to, from;
  std::string_view type_by_silence;  // what a stanza without a type means by that
};

constexpr std::string_view kNoValue = "-";  // no address and no type

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

// The value as one segment of a path. Some servers decode a path first and then resolve its dot segments,
// also those beside a slash that was encoded (nginx, Go's net/http); so the dots of such ones are encoded
// twice.
std::string as_segment(std::string_view value) {
  std::string out;
  for (;;) {
    const size_t end = std::min(value.find_first_of("/\\"), value.size());
    const std::string_view part = value.substr(0, end);
    if (part == ".") {
      out += "%252E";
    } else if (part == "..") {
      out += "%252E%252E";
    } else {
      out += percent_encode(part);
    }
    if (end == value.size()) return out;
    out += percent_encode(value.substr(end, 1));
    value.remove_prefix(end + 1);
  }
}

// Instead of an empty value, so that no segment vanishes.
std::string_view stand_in(std::string_view name, const Fields& fields) {
  return name == "type" && !fields.type_by_silence.empty() ? fields.type_by_silence : kNoValue;
}

// In the query a value stands for itself.
std::string fill(const std::string& target, const Fields& fields) {
  std::string out;
  bool in_query = false;
  walk(
      target,
      [&](std::string_view text) {
        out += text;
        in_query = in_query || text.find('?') != std::string_view::npos;
      },
      [&](std::string_view name) {
        const std::string_view value = field(name, fields).value_or("");
        if (in_query) {
          out += percent_encode(value);
        } else {
          out += as_segment(!value.empty() ? value : stand_in(name, fields));
        }
      });
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
  return fill(target, {xmpp::name_of(stanza.kind), stanza.type, stanza.to, stanza.from,
                       stanza.type.empty() ? subscription::type_of(stanza) : std::string_view()});
}

std::string probe_target(const std::string& target, const std::string& domain) {
  return fill(target, {"meta", "info", domain, domain, {}});
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
