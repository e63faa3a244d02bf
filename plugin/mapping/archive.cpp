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
  return Json::object({{"var", var}, {"values", std::move(values)}});
}

// A filter as the form's field; nothing for an empty one, which no archive could match.
void add_filter(Json& archive, const char* key, Json& fields, Writing& writing) {
  const auto found = archive.find(key);
  if (found == archive.end()) return;
  const Json value = std::move(*found);
  archive.erase(found);
  if (value.is_null()) return;
  const Writing::At at(writing, key);
  const auto text = writing.string(value);
  if (text && !text->empty()) fields.push_back(field(key, Json::array({*text})));
}

void add_ids(Json& archive, Json& fields, Writing& writing) {
  const auto found = archive.find("ids");
  if (found == archive.end()) return;
  const Json value = std::move(*found);
  archive.erase(found);
  if (value.is_null()) return;
  const Writing::At at(writing, "ids");
  Json ids = Json::array();
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
  if (!ids.empty()) fields.push_back(field("ids", std::move(ids)));
}

// Whole numbers come as text in a query string.
void move_to_page(Json& archive, const char* key, Json& page, Writing& writing) {
  const auto found = archive.find(key);
  if (found == archive.end()) return;
  Json value = std::move(*found);
  archive.erase(found);
  if (value.is_null()) return;
  if (std::string_view(key) == "max" && value.is_string()) {
    const std::string text = value;
    if (text.empty()) return;
    const Writing::At at(writing, key);
    const auto number = read_scalar(Scalar::integer, text);
    if (!number) return writing.fail("must be a whole number");
    value = *number;
  }
  page[key] = std::move(value);
}

}  // namespace

void expand_archive(Json& archive, Writing& writing) {
  if (!archive.is_object()) return;
  if (!writing.member(archive, "form")) {
    Json fields = Json::array();
    for (const char* key : {"with", "start", "end", "before-id", "after-id"}) {
      add_filter(archive, key, fields, writing);
    }
    add_ids(archive, fields, writing);
    if (!fields.empty()) {
      fields.insert(fields.begin(), field("FORM_TYPE", Json::array({kArchiveNs})));
      archive["form"] = Json::object({{"type", "submit"}, {"fields", std::move(fields)}});
    }
  }
  Json page = Json::object();
  if (const Json* given = writing.member(archive, "page")) {
    if (!given->is_object()) return;  // refused where it is written, and not replaced by the shorthands
    page = *given;
  }
  for (const char* key : {"after", "before", "max"}) move_to_page(archive, key, page, writing);
  if (!page.empty()) archive["page"] = std::move(page);
}

}  // namespace restanza::mapping
