// SPDX-License-Identifier: MIT
#include "mapping/irregular.h"
#include "mapping/to_json.h"
#include "mapping/writing.h"

namespace restanza::mapping {
namespace {

constexpr const char* kConditionsNs = "urn:ietf:params:xml:ns:xmpp-stanzas";

bool is_condition(std::string_view name) {
  return !name.empty() && name != "text" &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string_view::npos &&
         name.front() != '-';
}

// What stands in a condition's place and has no name of one stays unmapped: it could not be written again.
std::optional<Json> read_error(xml::Element element, Reading& reading) {
  Json out = Json::object();
  const EmptyOnThrow emptied(out);
  Visit error(element, reading);
  put(out, "type", error.attribute("type"));
  put(out, "by", error.attribute("by"));
  put(out, "text", error.child_text("text", kConditionsNs));
  out["condition"] = "undefined-condition";
  for (const xml::Element child : xml::children(element)) {
    if (child.ns() != kConditionsNs || !is_condition(child.name())) continue;
    error.claim(child);
    const Visit visited(child, reading);
    out["condition"] = child.name();
    break;
  }
  return out;
}

// Both type and condition are required (RFC 6120 section 8.3.2), so what is left out is filled in.
void write_error(const Json& value, xml::Element stanza, Writing& writing) {
  if (!writing.is_object(value)) return;
  xml::Element error = stanza.add("error", xml::kContentNamespace);
  error.set_attribute("type", "cancel");
  writing.attribute(value, "type", error);
  writing.attribute(value, "by", error);
  std::string condition = "undefined-condition";
  if (const Json* given = writing.member(value, "condition")) {
    const Writing::At at(writing, "condition");
    if (const auto name = writing.string(*given)) condition = *name;
    if (!is_condition(condition)) return writing.fail("must be the name of a stanza error's condition");
  }
  error.add(condition.c_str(), kConditionsNs);
  if (const Json* text = writing.member(value, "text")) {
    const Writing::At at(writing, "text");
    if (const auto given = writing.string(*text)) {
      writing.set_text(error.add("text", kConditionsNs), *given);
    }
  }
  writing.only(value, {"type", "by", "condition", "text"});
}

}  // namespace

const Irregular kError = {Irregular::object, read_error, write_error};

}  // namespace restanza::mapping
