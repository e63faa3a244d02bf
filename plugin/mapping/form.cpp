// SPDX-License-Identifier: MIT
#include "mapping/form.h"

#include "base/str.h"
#include "mapping/scalar.h"
#include "mapping/table.h"

namespace restanza::mapping {
namespace {

Json typed(const Row& row, const std::string& text) {
  switch (row.shape) {
    case Shape::attribute:
    case Shape::content:
    case Shape::text:
    case Shape::single:
    case Shape::present:
    case Shape::choice:
      return form_scalar(row.scalar, text);
    case Shape::list:
      if (row.rows.count == 0) return Json::array({text});
      break;
    case Shape::irregular:
      if (row.irregular->empty == Irregular::text) return text;
      if (row.irregular->empty == Irregular::yes) {
        return text.empty() ? Json(true) : form_scalar(row.scalar, text);
      }
      break;
    case Shape::object:
    case Shape::wrapped:
    case Shape::message:
      break;
  }
  return text.empty() ? Json::object() : Json(text);
}

Json typed_object(const std::vector<FormField>& form, Rows rows) {
  Json out = Json::object();
  const EmptyOnThrow emptied(out);
  for (const FormField& field : form) {
    out[field.name] = field.value;
    for (const Row& row : rows) {
      if (row.key == field.name) set(out, field.name, typed(row, field.value));
    }
  }
  return out;
}

std::string encode_part(std::string_view text) {
  std::string out;
  for (const std::string_view word : split(text, ' ')) {
    if (word.data() != text.data()) out += '+';
    out += percent_encode(word);
  }
  return out;
}

}  // namespace

std::string form_text(std::string_view encoded) {
  if (auto text = percent_decode(encoded, true)) return std::move(*text);
  std::string mended;
  for (size_t i = 0; i < encoded.size(); ++i) {
    mended += encoded[i];
    if (encoded[i] == '%' && hex_decode(encoded.substr(i + 1, 2)).value_or("").empty()) mended += "25";
  }
  return percent_decode(mended, true).value_or(std::string(encoded));
}

std::optional<std::vector<FormField>> parse_form(std::string_view body) {
  std::vector<FormField> form;
  for (const std::string_view part : split(body, '&')) {
    const size_t equals = part.find('=');
    if (equals == std::string_view::npos) continue;
    FormField field{form_text(part.substr(0, equals)), form_text(part.substr(equals + 1))};
    if (!valid_utf8(field.name) || !valid_utf8(field.value) || form.size() >= kMaxFormFields)
      return std::nullopt;
    form.push_back(std::move(field));
  }
  return form;
}

Json form_to_json(const std::vector<FormField>& form) {
  Json out = Json::object();
  const EmptyOnThrow emptied(out);
  for (const FormField& field : form) {
    const Field* known = find_field(kEvery, field.name);
    set(out, field.name, known ? typed(known->row, field.value) : Json(field.value));
  }
  return out;
}

Json form_to_query(const std::vector<FormField>& form, std::string_view name) {
  const Field* query = find_field(kIq, name);
  if (query && query->row.shape == Shape::present) return true;
  Json content = typed_object(form, query ? query->row.rows : Rows());
  const EmptyOnThrow emptied(content);
  // The fields of a list are those of its only item.
  const bool item = query && query->row.shape == Shape::wrapped && !content.empty();
  if (!item) return content;
  Json list = Json::array();
  const EmptyOnThrow emptied_list(list);
  append(list, std::move(content));
  return list;
}

std::string write_form(const Json& object) {
  std::string out;
  for (const auto& [key, value] : object.items()) {
    std::string text;
    if (value.is_string()) {
      text = value.get_ref<const std::string&>();
    } else if (value.is_number()) {
      text = value.dump();
    } else if (value != true) {
      continue;
    }
    if (!out.empty()) out += '&';
    out += encode_part(key) + '=' + encode_part(text);
  }
  return out;
}

}  // namespace restanza::mapping
