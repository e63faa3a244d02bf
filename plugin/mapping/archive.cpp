// SPDX-License-Identifier: MIT
#include "base/str.h"
#include "mapping/irregular.h"
#include "mapping/json/json.h"
#include "mapping/scalar.h"
#include "mapping/writing.h"

namespace restanza::mapping {
namespace {

constexpr const char* kArchiveNs = "urn:xmpp:mam:2";

Json field(const char* var, Json values) {
  const EmptyOnThrow emptied_values(values);
  Json out = Json::object();
  const EmptyOnThrow emptied(out);
  out["var"] = var;
  set(out, "values", std::move(values));
  return out;
}

// What stands under a key, which is taken away.
Json taken(Json& object, const Json::iterator& at) {
  Json value = std::move(*at);
  object.erase(at);
  return value;
}

// A filter as the form's field; nothing for an empty one, which no archive could match.
void add_filter(Json& archive, const char* key, Json& fields, Writing& writing) {
  const auto found = archive.find(key);
  if (found == archive.end()) return;
  Json value = taken(archive, found);
  const EmptyAtEnd emptied(value);
  if (value.is_null()) return;
  const Writing::At at(writing, key);
  const auto text = writing.string(value);
  if (text && !text->empty()) append(fields, field(key, Json::array({*text})));
}

void add_ids(Json& archive, Json& fields, Writing& writing) {
  const auto found = archive.find("ids");
  if (found == archive.end()) return;
  Json value = taken(archive, found);
  const EmptyAtEnd emptied(value);
  if (value.is_null()) return;
  const Writing::At at(writing, "ids");
  Json ids = Json::array();
  const EmptyAtEnd emptied_ids(ids);
  if (value.is_array()) {
    size_t index = 0;
    for (const Json& each : value) {
      const Writing::At at_id(writing, index++);
      if (const auto id = writing.string(each)) ids.push_back(*id);
    }
  } else if (const auto text = writing.string(value)) {
    for (const std::string_view id : split(*text, ',')) {
      if (!id.empty()) ids.push_back(id);
    }
  }
  if (!ids.empty()) append(fields, field("ids", std::move(ids)));
}

// Whole numbers come as text in a query string.
void move_to_page(Json& archive, const char* key, Json& page, Writing& writing) {
  const auto found = archive.find(key);
  if (found == archive.end()) return;
  Json value = taken(archive, found);
  const EmptyAtEnd emptied(value);
  if (value.is_null()) return;
  if (std::string_view(key) == "max" && value.is_string()) {
    const std::string text = value;
    if (text.empty()) return;
    const Writing::At at(writing, key);
    const auto number = read_scalar(Scalar::integer, text);
    if (!number) return writing.fail("must be a whole number");
    value = *number;
  }
  set(page, key, std::move(value));
}

}  // namespace

void expand_archive(Json& archive, Writing& writing) {
  if (!archive.is_object()) return;
  if (!writing.member(archive, "form")) {
    Json fields = Json::array();
    const EmptyAtEnd emptied(fields);
    append(fields, field("FORM_TYPE", Json::array({kArchiveNs})));
    for (const char* key : {"with", "start", "end", "before-id", "after-id"}) {
      add_filter(archive, key, fields, writing);
    }
    add_ids(archive, fields, writing);
    if (fields.size() > 1) {
      set(archive, "form", Json::object());
      Json& form = archive["form"];
      form["type"] = "submit";
      set(form, "fields", std::move(fields));
    }
  }
  Json page = Json::object();
  const EmptyAtEnd emptied(page);
  if (const Json* given = writing.member(archive, "page")) {
    if (!given->is_object()) return;  // refused where it is written, and not replaced by the shorthands
    page = copied(*given);
  }
  for (const char* key : {"after", "before", "max"}) move_to_page(archive, key, page, writing);
  if (!page.empty()) set(archive, "page", std::move(page));
}

}  // namespace restanza::mapping
