// SPDX-License-Identifier: MIT
#include "fuzz/stanza_checks.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "fuzz/property.h"
#include "xml/gate.h"
#include "xml/writer.h"
#include "xmpp/stanza.h"

namespace restanza::fuzz {
namespace {

const mapping::Options kStrict{true, false};
const mapping::Options kRaw{false, true};

mapping::Hints hints_of(std::string_view path) {
  mapping::Hints hints;
  for (std::string* part : {&hints.kind, &hints.type}) {
    const size_t slash = path.find('/');
    *part = path.substr(0, slash);
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  }
  hints.to = path;
  return hints;
}

xml::Document trip(mapping::Format format, xml::Element stanza) {
  const auto encoded = mapping::encode(format, stanza, kRaw);
  must(encoded.ok(), "a stanza that was read can be written");
  auto back = mapping::decode(format, encoded->body, {}, kRaw);
  must(back.ok(), "what was written of a stanza can be read", encoded->body);
  return std::move(back->document);
}

// An error for which there was no `error` is one without type and condition, as recorded; it comes back with
// those that it lacks, and stays so.
void check_trip(mapping::Format format, xml::Element stanza) {
  const xml::Document once = trip(format, stanza);
  if (stanza.attribute("type") == "error") {
    const xml::Document twice = trip(format, once.root());
    must(data_of(twice.root()) == data_of(once.root()), "an error stays as it is", xml::write(stanza));
  } else {
    must(data_of(once.root()) == data_of(stanza), "a stanza comes back as it was", xml::write(stanza));
  }
}

}  // namespace

std::string data_of(xml::Element element) {
  std::string out = "{" + std::string(element.ns()) + "}" + std::string(element.name()) + "[";
  auto names = element.attribute_names();
  std::sort(names.begin(), names.end());
  for (const auto name : names) {
    const std::string key(name);
    out += key + "='" + xml::escape_attribute(*element.attribute(key.c_str())) + "' ";
  }
  std::vector<std::string> children;
  for (const xml::Element child : xml::children(element)) children.push_back(data_of(child));
  std::sort(children.begin(), children.end());
  out += "](" + xml::escape_text(element.text()) + ")";
  for (const std::string& child : children) out += child;
  return out + ";";
}

void check_names(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const bool visible =
        std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 0x7f && c != ','; });
    must(visible, "a name fits into a list in a header", name);
  }
}

std::string check_stanza(xml::Element stanza) {
  const auto made = xmpp::to_stanza(stanza);
  must(made.ok(), "it is a stanza", stanza.name());
  must(xml::representable(made->xml), "XML can hold a stanza", made->xml);
  const auto read = xml::parse(made->xml);
  must(read.ok(), "the gate lets a stanza in", made->xml);
  must(data_of(read->root()) == data_of(stanza), "a stanza is read as what it is", made->xml);
  return made->xml;
}

void check_decoding(mapping::Format format, std::string_view input) {
  std::string_view body = input;
  const mapping::Hints hints = hints_of(take_line(body));
  const auto decoded = mapping::decode(format, body, hints, {});
  const auto strict = mapping::decode(format, body, hints, kStrict);
  if (!decoded) {
    must(!strict.ok(), "strictness takes nothing that is refused without it");
    must(xml::representable(decoded.error().text), "a refusal can be told", decoded.error().text);
    return;
  }
  const xml::Element stanza = decoded->document.root();
  const std::string xml = check_stanza(stanza);
  check_names(decoded->unmapped);
  must(strict.ok() == decoded->unmapped.empty(), "strictness refuses what would be dropped, and nothing else",
       xml);
  if (strict) must(xml::write(strict->document.root()) == xml, "strictness changes no stanza", xml);
  // An iq without a type is none (RFC 6120 section 8.2.3), and would come back as the one that asks.
  if (stanza.name() == "iq" && !stanza.attribute("type")) return;
  check_trip(mapping::Format::json, stanza);
  check_trip(mapping::Format::cbor, stanza);
}

}  // namespace restanza::fuzz
