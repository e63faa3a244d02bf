// SPDX-License-Identifier: MIT
#include "xml/builder.h"

#include <tinyxml2.h>

#include <string_view>

namespace restanza::xml {
namespace {

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
  const std::string local(parts.local);
  if (depth_ == 0) {
    document_ = Document(local.c_str(), content(parts.ns));
    current_ = document_.root();
  } else {
    current_ = current_.add(local.c_str(), content(parts.ns));
  }
  ++depth_;
  return set_attributes(current_, attributes);
}

bool Builder::set_attributes(Element element, const char* const* attributes) {
  size_t count = 0;
  for (const char* const* at = attributes; *at; at += 2) {
    if (++count > limits_.attributes) {
      refusal_ = "an element has too many attributes";
      return false;
    }
    const Name parts = split_name(at[0]);
    std::string name(parts.local);
    if (!parts.ns.empty()) {
      name = std::string(parts.prefix) + ":" + name;
      // `xml` is the one prefix that is never declared (Namespaces in XML, section 3).
      if (parts.prefix != "xml")
        element.set_attribute(("xmlns:" + std::string(parts.prefix)).c_str(), parts.ns);
    }
    element.set_attribute(name.c_str(), at[1]);
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
  Document done = std::move(document_);
  document_ = Document();
  return done;
}

void Builder::flush_text() {
  if (!text_.empty() && current_) current_.add_text(text_);
  text_.clear();
}

}  // namespace restanza::xml
