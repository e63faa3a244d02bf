// SPDX-License-Identifier: MIT
#include "prosody/flat_stanza.h"

#include "xml/gate.h"
#include "xml/walk.h"

namespace restanza::host {
namespace {

constexpr char kSeparator = '\1';  // what Prosody has between a namespace and a name

// What Prosody calls an attribute. A tree declares the prefix on the element where it stands.
std::string prosody_name(xml::Element element, const std::string& name) {
  const size_t colon = name.find(':');
  if (colon == std::string::npos || name.compare(0, colon, "xml") == 0) return name;
  const auto ns = element.attribute(("xmlns:" + name.substr(0, colon)).c_str());
  return std::string(ns.value_or("")) + kSeparator + name.substr(colon + 1);
}

class Flattening final : public xml::Visitor {
 public:
  void open(xml::Element element, std::string_view ns) override {
    flat.add(FlatStanza::Kind::open, element.name(), {});
    if (foreign_ > 0 || ns != xml::kContentNamespace) {
      flat.add(FlatStanza::Kind::attribute, "xmlns", ns);
      ++foreign_;
    }
    for (const std::string_view each : element.attribute_names()) {
      const std::string name(each);
      flat.add(FlatStanza::Kind::attribute, prosody_name(element, name),
               element.attribute(name.c_str()).value_or(""));
    }
  }
  void text(std::string_view text) override { flat.add(FlatStanza::Kind::text, {}, text); }
  void close() override {
    flat.add(FlatStanza::Kind::close, {}, {});
    if (foreign_ > 0) --foreign_;
  }

  FlatStanza flat;

 private:
  size_t foreign_ = 0;  // elements that are open from the first one outside of jabber:client on
};

}  // namespace

void FlatStanza::add(Kind kind, std::string_view name, std::string_view value) {
  steps_.push_back({kind, static_cast<uint32_t>(bytes_.size()), static_cast<uint32_t>(name.size()),
                    static_cast<uint32_t>(value.size())});
  bytes_.append(name).append(value);
}

std::optional<FlatStanza> flatten(std::string_view xml) {
  const auto parsed = xml::parse(xml);
  if (!parsed) return std::nullopt;
  Flattening flattening;
  xml::walk(parsed->root(), flattening);
  return std::move(flattening.flat);
}

}  // namespace restanza::host
