// SPDX-License-Identifier: MIT
// A stanza as JSON, CBOR, a form and text. Input: a stanza in XML.
// JSON is whole, holds nothing that cannot be told, and says by name what it lost: a stanza without losses is
// written and read as one that reads the same again, and so is every stanza where raw XML is kept.
#include <nlohmann/json.hpp>

#include "fuzz/property.h"
#include "fuzz/stanza_checks.h"
#include "xml/gate.h"
#include "xml/writer.h"
#include "xmpp/stanza.h"

using namespace restanza;
using fuzz::must;
using mapping::Format;

namespace {

nlohmann::json json_of(const std::string& text) {
  auto value = nlohmann::json::parse(text, nullptr, false);
  must(!value.is_discarded(), "what is written is JSON", text);
  return value;
}

// An error without type or condition is written as it is, and read with those that every error has.
nlohmann::json completed(nlohmann::json value) {
  const auto error = value.find("error");
  if (error == value.end()) return value;
  if (error->value("type", "").empty()) (*error)["type"] = "cancel";
  if (!error->contains("condition")) (*error)["condition"] = "undefined-condition";
  return value;
}

// The stanza that the JSON becomes, as JSON.
mapping::Encoded trip(const std::string& json, const mapping::Options& options) {
  const auto back = mapping::decode(Format::json, json, {}, options);
  must(back.ok(), "JSON that was written can be read", json);
  fuzz::check_stanza(back->document.root());
  auto again = mapping::encode(Format::json, back->document.root(), options);
  must(again.ok(), "a stanza that was read can be written", json);
  return std::move(*again);
}

void check_json(xml::Element stanza, const mapping::Options& options) {
  const auto once = mapping::encode(Format::json, stanza, options);
  must(once.ok(), "a stanza can be written as JSON");
  must(xml::representable(once->body), "JSON holds nothing that cannot be told", once->body);
  fuzz::check_names(once->unmapped);
  const mapping::Encoded twice = trip(once->body, options);
  const auto value = completed(json_of(once->body));
  const auto again = completed(json_of(twice.body));
  const bool whole = once->unmapped.empty() || options.raw_xml;
  must(!whole || again == value, "a second trip changes nothing", once->body + "\n" + twice.body);
  must(completed(json_of(trip(twice.body, options).body)) == again, "a third trip changes nothing",
       twice.body);

  const auto cbor = mapping::encode(Format::cbor, stanza, options);
  must(cbor.ok() && completed(nlohmann::json::from_cbor(cbor->body, true, false)) == value,
       "CBOR holds what JSON holds", once->body);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto document = xml::parse(fuzz::text_of(data, size));
  if (!document) return 0;
  xml::Element root = document->root();
  // An empty type is none; and without one an iq is none (RFC 6120 section 8.2.3), and reads as the one that
  // asks.
  if (root.attribute("type") == "") root.remove_attribute("type");
  if (root.name() == "iq" && !root.attribute("type")) root.set_attribute("type", "get");
  if (!xmpp::to_stanza(root)) {
    const bool several = root.is("xmpp", xml::kContentNamespace);
    must(mapping::encode(Format::json, root, {}).ok() == several, "only stanzas are written as JSON");
    return 0;
  }
  check_json(root, {});
  check_json(root, {false, true});
  const auto form = mapping::encode(Format::form, root, {});
  must(form.ok(), "a stanza can be written as a form");
  const auto from_form = mapping::decode(Format::form, form->body, {}, {});
  if (from_form) fuzz::check_stanza(from_form->document.root());
  const auto text = mapping::encode(Format::text, root, {});
  must(text.ok() && xml::representable(text->body), "a stanza can be written as text");
  return 0;
}
