// SPDX-License-Identifier: MIT
#include "mapping/irregular.h"
#include "mapping/to_json.h"
#include "mapping/writing.h"

namespace restanza::mapping {
namespace {

constexpr const char* kPayloadNs = "urn:xmpp:json-msg:0";
constexpr const char* kJsonNs = "urn:xmpp:json:0";

// The JSON stands in an element of its own (XEP-0432 section 4), or, as older senders have it, directly in
// the payload. What is no JSON stays unmapped as a whole.
std::optional<Json> read_payload(xml::Element element, Reading& reading) {
  const xml::Element inner = element.child("json", kJsonNs);
  const std::string text = inner ? inner.text() : element.text();
  const bool empty = !inner && text.empty();
  auto data = empty ? Result<Json>(Json()) : parse_json(text);
  if (!data) return std::nullopt;
  const EmptyAtEnd emptied_data(*data);

  Json out = Json::object();
  const EmptyOnThrow emptied(out);
  Visit payload(element, reading);
  put(out, "datatype", payload.attribute("datatype"));
  if (inner) {
    Visit(payload.child("json", kJsonNs), reading).text();
  } else {
    payload.text();
  }
  if (!empty) set(out, "data", std::move(*data));
  return out;
}

// Here null is a value like others: the data is not ours.
void write_payload(const Json& value, xml::Element stanza, Writing& writing) {
  if (!writing.is_object(value)) return;
  xml::Element payload = stanza.add("payload", kPayloadNs);
  writing.attribute(value, "datatype", payload);
  const auto data = value.find("data");
  if (data != value.end()) writing.set_text(payload.add("json", kJsonNs), dump(*data));
  writing.only(value, {"datatype", "data"});
}

}  // namespace

const Irregular kPayload = {Irregular::object, read_payload, write_payload};

}  // namespace restanza::mapping
