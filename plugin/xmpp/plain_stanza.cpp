// SPDX-License-Identifier: MIT
#include "xmpp/plain_stanza.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "xml/gate.h"

namespace restanza::xmpp {
namespace {

constexpr std::pair<std::string_view, char> kReferences[] = {
    {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&apos;", '\''}, {"&quot;", '"'}};

const std::pair<std::string_view, char>* reference_at(std::string_view text) {
  for (const auto& each : kReferences) {
    if (text.substr(0, each.first.size()) == each.first) return &each;
  }
  return nullptr;
}

std::string unescaped(std::string_view value) {
  std::string out;
  while (!value.empty()) {
    const size_t plain = std::min(value.find('&'), value.size());
    out.append(value, 0, plain);
    value.remove_prefix(plain);
    if (value.empty()) break;
    const auto* reference = reference_at(value);
    out += reference->second;
    value.remove_prefix(reference->first.size());
  }
  return out;
}

// Neither of XML's own characters nor a control character; most text is that.
bool ordinary(char c) {
  return static_cast<unsigned char>(c) > '>' || (c > '\'' && c < '<') || c == ' ';
}

bool begins_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool in_name(char c) {
  return begins_name(c) || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

class Reader {
 public:
  explicit Reader(std::string_view text) : left_(text) {}

  // All of it, to the end of the text. The root's attributes are left in `root_`.
  bool read() {
    if (!open_tag()) return false;
    while (!open_.empty()) {
      if (!skip('<', true)) return false;
      const bool end = left_.size() > 1 && left_[1] == '/';
      if (!(end ? end_tag() : open_tag())) return false;
    }
    return left_.empty();
  }

  std::string_view name() const { return name_; }
  std::string attribute(std::string_view name) const {
    for (size_t i = 0; i < root_count_; ++i) {
      if (root_[i].first == name) return unescaped(root_[i].second);
    }
    return {};
  }

 private:
  using Attribute = std::pair<std::string_view, std::string_view>;
  struct Open {
    std::string_view name;
    bool content;  // in the content namespace
  };

  bool take(std::string_view what) {
    if (left_.substr(0, what.size()) != what) return false;
    left_.remove_prefix(what.size());
    return true;
  }

  std::string_view take_name() {
    size_t length = 0;
    if (!left_.empty() && begins_name(left_[0])) {
      while (length < left_.size() && in_name(left_[length])) ++length;
    }
    const std::string_view name = left_.substr(0, length);
    left_.remove_prefix(length);
    return name;
  }

  // Text up to `end`, which stays. The other bytes are looked at all at once.
  bool skip(char end, bool line_ends) {
    for (size_t i = 0; i < left_.size(); ++i) {
      const char c = left_[i];
      if (ordinary(c)) continue;
      if (c == end) {
        left_.remove_prefix(i);
        return true;
      }
      if (c == '<' || c == '>' || c == '\r') return false;
      if (!line_ends && (c == '\n' || c == '\t')) return false;
      if (c == '&' && !reference_at(left_.substr(i))) return false;
    }
    return false;
  }

  bool attribute(Attribute& into) {
    const std::string_view from = left_;
    std::string_view name = take_name();
    if (name == "xml" && take(":lang")) name = from.substr(0, 8);
    if (name.empty() || !take("=") || left_.empty()) return false;
    const char quote = left_[0];
    if (quote != '\'' && quote != '"') return false;
    left_.remove_prefix(1);
    const std::string_view value = left_;
    if (!skip(quote, false)) return false;
    into = {name, value.substr(0, value.size() - left_.size())};
    left_.remove_prefix(1);
    return true;
  }

  bool attributes(std::array<Attribute, kMaxPlainAttributes>& into, size_t& count) {
    for (count = 0; take(" "); ++count) {
      if (count == into.size() || !attribute(into[count])) return false;
      for (size_t i = 0; i < count; ++i) {
        if (into[i].first == into[count].first) return false;
      }
    }
    return true;
  }

  bool open_tag() {
    if (open_.size() >= xml::Limits().depth || !take("<")) return false;
    const std::string_view name = take_name();
    std::array<Attribute, kMaxPlainAttributes> given;
    size_t count = 0;
    if (name.empty() || !attributes(given, count)) return false;
    const bool root = name_.empty();
    bool content = root || open_.back().content;
    for (size_t i = 0; i < count; ++i) {
      if (given[i].first == "xmlns" && (root || !enters(given[i].second, content))) return false;
    }
    if (root) {
      name_ = name;
      root_ = given;
      root_count_ = count;
    }
    if (take("/>")) return true;
    open_.push_back({name, content});
    return take(">");
  }

  // `content` says what is around, and then what is inside. The names that XML reserves cannot be declared.
  static bool enters(std::string_view ns, bool& content) {
    const bool into = ns == xml::kContentNamespace;
    if (ns.empty() || (into && content) || ns.find('&') != std::string_view::npos) return false;
    if (ns == "http://www.w3.org/XML/1998/namespace" || ns == "http://www.w3.org/2000/xmlns/") return false;
    content = into;
    return true;
  }

  bool end_tag() {
    const std::string_view name = open_.back().name;
    open_.pop_back();
    return take("</") && take(name) && take(">");
  }

  std::string_view left_;
  std::vector<Open> open_;
  std::string_view name_;  // the root's
  std::array<Attribute, kMaxPlainAttributes> root_;
  size_t root_count_ = 0;
};

}  // namespace

std::optional<Stanza> plain_stanza(std::string_view text) {
  Reader reader(text);
  if (!reader.read() || !xml::representable(text)) return std::nullopt;
  const auto kind = kind_named(reader.name());
  if (!kind) return std::nullopt;
  Stanza stanza;
  stanza.kind = *kind;
  stanza.type = reader.attribute("type");
  stanza.from = reader.attribute("from");
  stanza.to = reader.attribute("to");
  stanza.id = reader.attribute("id");
  stanza.xml = text;
  return stanza;
}

}  // namespace restanza::xmpp
