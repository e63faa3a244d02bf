// SPDX-License-Identifier: MIT
#include "mapping/json/json.h"

#include "base/text_place.h"
#include "mapping/json/cbor_shape.h"
#include "mapping/json/json_builder.h"
#include "mapping/json/json_string.h"
#include "xml/gate.h"

namespace restanza::mapping {
namespace {

constexpr auto kReplace = Json::error_handler_t::replace;

// The text is named by its place alone: what it holds does not belong into a log.
std::string refusal_of(const JsonBuilder& builder, std::string_view bytes, bool text) {
  if (!text || builder.broken_at() == 0) return builder.refusal();
  const std::string place = place_in(bytes, builder.broken_at() - 1);
  return builder.broken_at() > bytes.size() ? "the JSON ends too early, at " + place
                                            : "the JSON is not well-formed at " + place;
}

Result<Json> parse(std::string_view bytes, Json::input_format_t format) {
  if (bytes.size() > kMaxJsonBytes) return Error{"the document is larger than we read"};
  const bool text = format == Json::input_format_t::json;
  JsonBuilder builder(text);  // its lexer refuses other text
  const EmptyAtEnd emptied(builder.root());
  try {
    if (!Json::sax_parse(bytes.begin(), bytes.end(), &builder, format))
      return Error{refusal_of(builder, bytes, text)};
  } catch (const Json::exception& e) {
    return Error{e.what()};
  }
  return std::move(builder.root());
}

}  // namespace

Result<Json> parse_json(std::string_view bytes) {
  return parse(bytes, Json::input_format_t::json);
}

Result<Json> parse_cbor(std::string_view bytes) {
  if (!is_plain_cbor(bytes))
    return Error{"the CBOR is not well-formed, or nested too deeply, or holds what JSON cannot express"};
  return parse(bytes, Json::input_format_t::cbor);
}

void set(Json& object, const std::string& key, Json value) {
  const EmptyAtEnd emptied(value);  // what was there before, or what could not be put there
  object[key].swap(value);
}

void append(Json& list, Json value) {
  const EmptyAtEnd emptied(value);
  list.push_back(std::move(value));
}

Json copied(const Json& value) {
  if (!value.is_structured()) return value;
  Json out(value.type());
  const EmptyOnThrow emptied(out);
  for (auto at = value.begin(); at != value.end(); ++at) {
    if (value.is_object()) {
      set(out, at.key(), copied(*at));
    } else {
      append(out, copied(*at));
    }
  }
  return out;
}

std::string json_string(std::string_view text) {
  return Json(text).dump(-1, ' ', false, kReplace);
}

std::string dump(const Json& value) {
  std::string text = value.dump(-1, ' ', false, kReplace);
  return xml::representable(text) ? text : value.dump(-1, ' ', true, kReplace);
}

std::string dump_cbor(const Json& value) {
  std::string bytes;
  Json::to_cbor(value, bytes);
  return bytes;
}

}  // namespace restanza::mapping
