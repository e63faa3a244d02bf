// SPDX-License-Identifier: MIT
#include "xml/builder.h"

#include <tinyxml2.h>

#include <string_view>

namespace restanza::xml {
namespace {

// Bound to the prefix `xml`, and to no other: an element in it could not be written without a prefix.
constexpr std::string_view kXmlNamespace = "http://www.w3.org/XML/1998/namespace";

struct Name {
  std::string_view ns, local, prefix;
};

Name split_name(std::string_view triplet) {
  const size_t first = triplet.find(Builder::kSeparator);
  if (first == std::string_view::npos) return {{}, triplet, {}};
  const size_t second = triplet.find(Builder::kSeparator, first + 1);
  if (second == std::string_view::npos) return {triplet.substr(0, first), triplet.substr(first + 1), {}};
  return {triplet.substr(0, first), triplet.substr(first + 1, second - first - 1),
          triplet.substr(second + 1)};
}

}  // namespace

std::string_view Builder::content(std::string_view ns) const {
  return ns.empty() || ns == stream_ns_ ? kContentNamespace : ns;
}

bool Builder::open(const char* name, const char* const* attributes) {
  if (depth_ >= limits_.depth) {
    refusal_ = "elements are nested too deeply";
    return false;
  }
  flush_text();
  const Name parts = split_name(name);
  if (parts.ns == kXmlNamespace) {
    refusal_ = "an element has the prefix 'xml', which is for attributes";
    refusal_kind_ = Error::Kind::general;
    return false;
  }
  // Without a prefix the local name is the triplet's end, and terminated as that is.
  const std::string cut(parts.prefix.empty() ? std::string_view() : parts.local);
  const char* local = parts.prefix.empty() ? parts.local.data() : cut.c_str();
  if (depth_ == 0) {
    namespaces_ = 0;
    document_ = Document(local, content(parts.ns));
    current_ = document_.root();
  } else {
    current_ = current_.add(local, content(parts.ns));
  }
  ++depth_;
  const bool declared = current_.node()->FirstAttribute() != nullptr;  // it differs from what stands around
  return (!declared || has_room(parts.ns)) && set_attributes(current_, attributes);
}

bool Builder::has_room(std::string_view ns) {
  namespaces_ += ns.size();
  if (namespaces_ <= limits_.namespaces) return true;
  refusal_ = "the namespaces are too long";
  return false;
}

bool Builder::set_attributes(Element element, const char* const* attributes) {
  size_t count = 0;
  for (const char* const* at = attributes; *at; at += 2) {
    if (++count > limits_.attributes) {
      refusal_ = "an element has too many attributes";
      return false;
    }
    const Name parts = split_name(at[0]);
    if (parts.ns.empty()) {
      element.node()->SetAttribute(at[0], at[1]);
      continue;
    }
    if (!has_room(parts.ns)) return false;
    const std::string prefix(parts.prefix);
    // `xml` is the one prefix that is never declared (Namespaces in XML, section 3).
    if (prefix != "xml") element.set_attribute(("xmlns:" + prefix).c_str(), parts.ns);
    element.node()->SetAttribute((prefix + ":").append(parts.local).c_str(), at[1]);
  }
  return true;
}

bool Builder::close() {
  if (depth_ == 0) return false;
  flush_text();
  current_ = current_.parent();
  --depth_;
  return true;
}

Document Builder::take() {
  current_ = Element();
  return std::move(document_);
}

void Builder::flush_text() {
  if (!text_.empty() && current_) current_.add_text(text_);
  text_.clear();
}

}  // namespace restanza::xml
