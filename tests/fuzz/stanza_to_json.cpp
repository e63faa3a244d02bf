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

void check_json(xml::Element stanza, const mapping::Options& options) {
  const auto once = mapping::encode(Format::json, stanza, options);
  must(once.ok(), "a stanza can be written as JSON");
  must(xml::representable(once->body), "JSON holds nothing that cannot be told", once->body);
  fuzz::check_names(once->unmapped);
  const auto value = json_of(once->body);
  const auto back = mapping::decode(Format::json, once->body, {}, options);
  must(back.ok(), "JSON that was written can be read", once->body);
  fuzz::check_stanza(back->document.root());
  const auto twice = mapping::encode(Format::json, back->document.root(), options);
  must(twice.ok(), "a stanza that was read can be written", once->body);
  const auto again = json_of(twice->body);
  must(completed(value) == completed(again), "a second trip changes nothing",
       once->body + "\n" + twice->body);

  const auto cbor = mapping::encode(Format::cbor, stanza, options);
  must(cbor.ok() && nlohmann::json::from_cbor(cbor->body, true, false) == value,
       "CBOR holds what JSON holds");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto document = xml::parse(fuzz::text_of(data, size));
  if (!document) return 0;
  xml::Element root = document->root();
  // Without a type an iq is none (RFC 6120 section 8.2.3), and reads as the one that asks.
  if (root.name() == "iq" && root.attribute("type").value_or("").empty()) root.set_attribute("type", "get");
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
