// SPDX-License-Identifier: MIT
#include "mapping/codec.h"

#include "base/str.h"
#include "mapping/form.h"
#include "mapping/from_json.h"
#include "mapping/naming.h"
#include "mapping/table.h"
#include "mapping/to_json.h"
#include "xml/gate.h"
#include "xml/writer.h"

namespace restanza::mapping {
namespace {

using Outcome = Result<Decoded, Failure>;

Failure unparseable(std::string text) {
  return {Failure::unparseable, std::move(text)};
}

Outcome decode_xml(std::string_view body) {
  auto document = xml::parse(body);
  if (!document) return unparseable(document.error().text);
  return Decoded{std::move(*document)};
}

Outcome decode_value(Result<Json> value, size_t bytes, const Hints& hints, const Options& options) {
  if (!value) return unparseable(bytes == 0 ? "the body is empty" : value.error().text);
  auto decoded = from_json(std::move(*value), hints, options);
  if (decoded && bytes <= xml::Document::kSmallBytes) decoded->document.keep_memory();
  return decoded;
}

// Text is what a person reads: a message's body, a presence's status.
Outcome decode_text(std::string_view body, const Hints& hints, const Options& options) {
  if (!valid_utf8(body)) return unparseable("the text is not UTF-8");
  Json value = Json::object();
  const EmptyAtEnd emptied(value);
  if (hints.kind.empty()) {
    value["kind"] = "message";
    value["type"] = "chat";
  }
  if (hints.kind.empty() || hints.kind == "message") {
    value["body"] = body;
  } else if (hints.kind == "presence") {
    value["status"] = body;
  } else {
    return unparseable("an iq cannot be made from text: send it as XML or JSON");
  }
  return from_json(std::move(value), hints, options);
}

Outcome decode_form(std::string_view body, const Hints& hints, const Options& options) {
  if (body.find('=') == std::string_view::npos) {
    if (hints.kind.empty()) return decode_text(form_text(body), hints, options);
    // `curl -d "Backup failed"` calls its text a form: it is taken as it was typed.
    if (hints.kind == "message" && !body.empty()) return decode_text(body, hints, options);
    return unparseable(body.empty() ? "the body is empty" : "the form has no field (name=value)");
  }
  const auto form = parse_form(body);
  if (!form) {
    return unparseable("the form is not UTF-8, or has more than " + std::to_string(kMaxFormFields) +
                       " fields");
  }
  return from_json(names_query(hints) ? form_to_query(*form, hints.type) : form_to_json(*form), hints,
                   options);
}

Result<Json> to_json(xml::Element stanza, const Options& options, std::vector<std::string>& unmapped) {
  const auto one = [&](xml::Element each) {
    Reading reading(each, options.raw_xml);
    Json value = reading.stanza();
    const EmptyOnThrow emptied(value);
    for (std::string& name : reading.take_unmapped()) add_name(unmapped, name);
    return value;
  };
  if (stanza.ns() == xml::kContentNamespace) {
    if (kind_of(stanza.name())) return one(stanza);
    if (stanza.name() == "xmpp") {
      Json whole = Json::object();
      const EmptyOnThrow emptied(whole);
      Json& all = whole["xmpp"] = Json::array();
      for (const xml::Element each : xml::children(stanza)) append(all, one(each));
      return whole;
    }
  }
  return Error{"not a stanza: " + clark(stanza)};
}

}  // namespace

Result<Decoded, Failure> decode(Format format, std::string_view body, const Hints& hints,
                                const Options& options) {
  switch (format) {
    case Format::xml:
      return decode_xml(body);
    case Format::json:
      return decode_value(parse_json(body), body.size(), hints, options);
    case Format::cbor:
      return decode_value(parse_cbor(body), body.size(), hints, options);
    case Format::form:
      return decode_form(body, hints, options);
    case Format::text:
      return decode_text(body, hints, options);
  }
  return unparseable("no such format");
}

Result<Decoded, Failure> decode_query(std::string_view name, std::string_view to, std::string_view query,
                                      const Options& options) {
  const Hints hints{"iq", std::string(name), std::string(to)};
  if (!query.empty()) return decode_form(query, hints, options);
  return from_json(names_query(hints) ? form_to_query({}, name) : Json::object(), hints, options);
}

std::vector<std::string_view> get_queries() {
  std::vector<std::string_view> names;
  for (const Field& field : fields()) {
    if (is_query(field)) names.emplace_back(field.row.key);
  }
  return names;
}

Result<Encoded> encode(Format format, xml::Element stanza, const Options& options) {
  if (format == Format::xml) return Encoded{xml::write(stanza), {}};
  if (format == Format::text) return Encoded{stanza.child("body", xml::kContentNamespace).text(), {}};
  Encoded encoded;
  auto value = to_json(stanza, options, encoded.unmapped);
  if (!value) return value.error();
  const EmptyAtEnd emptied(*value);
  switch (format) {
    case Format::json:
      encoded.body = dump(*value);
      break;
    case Format::form:
      encoded.body = write_form(*value);
      break;
    default:
      encoded.body = dump_cbor(*value);
  }
  return encoded;
}

std::string error_json(int status, std::string_view type, std::string_view condition, std::string_view text) {
  Json whole = Json::object();
  const EmptyAtEnd emptied(whole);
  whole["type"] = "error";
  whole["code"] = status;
  Json& error = whole["error"] = Json::object();
  error["condition"] = condition;
  error["type"] = type;
  error["source"] = "restanza";
  error["text"] = text;
  return dump(whole);
}

std::string_view error_object(std::string_view error_json) {
  constexpr std::string_view kBefore = "\"error\":", kBehind = ",\"type\":\"error\"}";  // keys stand in order
  const size_t begin = error_json.find(kBefore);
  if (begin == std::string_view::npos || error_json.size() < begin + kBefore.size() + kBehind.size())
    return "{}";
  error_json.remove_prefix(begin + kBefore.size());
  error_json.remove_suffix(kBehind.size());
  return error_json;
}

}  // namespace restanza::mapping
