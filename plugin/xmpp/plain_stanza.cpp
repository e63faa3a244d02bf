// SPDX-License-Identifier: MIT
#include "xmpp/plain_stanza.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "base/byte_set.h"
#include "base/str.h"
#include "xml/gate.h"
#include "xml/writer.h"

namespace restanza::xmpp {
namespace {

constexpr size_t kUsualDepth = 8;

constexpr std::pair<std::string_view, char> kReferences[] = {
    {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&apos;", '\''}, {"&quot;", '"'}};

const std::pair<std::string_view, char>* reference_at(std::string_view text) {
  for (const auto& each : kReferences) {
    if (text.substr(0, each.first.size()) == each.first) return &each;
  }
  return nullptr;
}

std::string unescaped(std::string_view value) {
  if (value.find('&') == std::string_view::npos) return std::string(value);
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

// What a byte means in text and in the value of an attribute.
enum class Byte : unsigned char { ordinary, quote, line, reference, refused };

constexpr Byte kind_of_byte(unsigned char c) {
  if (c == '\n' || c == '\t') return Byte::line;
  if (c < 0x20 || c == '<' || c == '>') return Byte::refused;
  if (c == '&') return Byte::reference;
  return c == '\'' || c == '"' ? Byte::quote : Byte::ordinary;
}

constexpr bool begins_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

constexpr ByteSet kOrdinary([](char c) {
  return kind_of_byte(static_cast<unsigned char>(c)) == Byte::ordinary;
});
constexpr ByteSet kInName([](char c) {
  return begins_name(c) || (c >= '0' && c <= '9') || c == '.' || c == '-';
});

std::optional<std::string>* place_of(std::string_view name, RootAttributes& all) {
  if (name == "from") return &all.from;
  if (name == "to") return &all.to;
  if (name == "id") return &all.id;
  if (name == "type") return &all.type;
  return name == "xml:lang" ? &all.lang : nullptr;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text), left_(text) { open_.reserve(kUsualDepth); }

  // All of it, to the end of the text.
  bool read() {
    if (!open_tag()) return false;
    inside_ = left_;
    while (!open_.empty()) {
      if (!skip('<', true)) return false;
      const bool end = left_.size() > 1 && left_[1] == '/';
      if (!(end ? end_tag() : open_tag())) return false;
    }
    // ASCII was looked at on the way.
    return left_.empty() && (is_ascii(text_) || xml::representable(text_));
  }

  std::string_view name() const { return name_; }
  std::string_view inside() const { return inside_; }
  size_t children() const { return children_; }

  RootAttributes attributes() const {
    RootAttributes found;
    for (size_t i = 0; i < root_count_; ++i) {
      if (auto* place = place_of(root_[i].first, found)) *place = unescaped(root_[i].second);
    }
    return found;
  }

 private:
  using Attribute = std::pair<std::string_view, std::string_view>;
  using Attributes = std::array<Attribute, kMaxPlainAttributes>;
  struct Open {
    std::string_view name;
    bool content;  // in the content namespace
  };

  bool take(char what) {
    if (left_.empty() || left_[0] != what) return false;
    left_.remove_prefix(1);
    return true;
  }
  bool take(std::string_view what) {
    if (left_.substr(0, what.size()) != what) return false;
    left_.remove_prefix(what.size());
    return true;
  }

  std::string_view take_name() {
    size_t length = 0;
    if (!left_.empty() && begins_name(left_[0])) {
      while (length < left_.size() && kInName.has(left_[length])) ++length;
    }
    const std::string_view name = left_.substr(0, length);
    left_.remove_prefix(length);
    return name;
  }

  // Text up to `end`, which stays.
  bool skip(char end, bool lines) {
    for (size_t i = kOrdinary.prefix(left_); i < left_.size();
         i += 1 + kOrdinary.prefix(left_.substr(i + 1))) {
      const char c = left_[i];
      if (c == end) {
        left_.remove_prefix(i);
        return true;
      }
      switch (kind_of_byte(static_cast<unsigned char>(c))) {
        case Byte::quote:
          break;
        case Byte::line:
          if (!lines) return false;
          break;
        case Byte::reference:
          if (!reference_at(left_.substr(i))) return false;
          break;
        default:
          return false;
      }
    }
    return false;
  }

  bool attribute(Attribute& into) {
    const std::string_view from = left_;
    std::string_view name = take_name();
    if (name == "xml" && take(":lang")) name = from.substr(0, 8);
    if (name.empty() || !take('=') || left_.empty()) return false;
    const char quote = left_[0];
    if (quote != '\'' && quote != '"') return false;
    left_.remove_prefix(1);
    const std::string_view value = left_;
    if (!skip(quote, false)) return false;
    into = {name, value.substr(0, value.size() - left_.size())};
    left_.remove_prefix(1);
    return true;
  }

  bool attributes(Attributes& into, size_t& count) {
    for (count = 0; take(' '); ++count) {
      if (count == into.size() || !attribute(into[count])) return false;
      for (size_t i = 0; i < count; ++i) {
        if (into[i].first == into[count].first) return false;
      }
    }
    return true;
  }

  bool open_tag() {
    if (open_.size() >= xml::Limits().depth || !take('<')) return false;
    const std::string_view name = take_name();
    const bool root = name_.empty();
    Attributes& given = root ? root_ : inner_;
    size_t count = 0;
    if (name.empty() || !attributes(given, count)) return false;
    bool content = root || open_.back().content;
    for (size_t i = 0; i < count; ++i) {
      if (given[i].first == "xmlns" && (root || !enters(given[i].second, content))) return false;
    }
    if (root) {
      name_ = name;
      root_count_ = count;
    } else if (open_.size() == 1) {
      ++children_;
    }
    if (take("/>")) return true;
    open_.push_back({name, content});
    return take('>');
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
    if (open_.empty()) inside_ = inside_.substr(0, inside_.size() - left_.size());
    return take("</") && take(name) && take('>');
  }

  const std::string_view text_;
  std::string_view left_;
  std::vector<Open> open_;
  std::string_view name_;  // the root's
  Attributes root_;
  Attributes inner_;  // those of another element, while it is looked at
  size_t root_count_ = 0;
  std::string_view inside_;
  size_t children_ = 0;
};

}  // namespace

std::optional<PlainStanza> read_plain(std::string_view text) {
  Reader reader(text);
  if (!reader.read()) return std::nullopt;
  const auto kind = kind_named(reader.name());
  if (!kind) return std::nullopt;
  return PlainStanza{*kind, reader.attributes(), reader.inside(), reader.children()};
}

Stanza make_stanza(RootAttributes attributes, const PlainStanza& read) {
  std::string xml = xml::write_around(name_of(read.kind),
                                      {{"from", attributes.from},
                                       {"to", attributes.to},
                                       {"id", attributes.id},
                                       {"type", attributes.type},
                                       {"xml:lang", attributes.lang}},
                                      read.inside);
  return stanza_of(read.kind, std::move(attributes), std::move(xml));
}

}  // namespace restanza::xmpp
