// SPDX-License-Identifier: MIT
// application/x-www-form-urlencoded, both ways. A form knows only text, so the table says what a field's text
// stands for; an empty field is never of the wrong type. Pure functions, any thread. Internal to this folder.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mapping/json/json.h"

namespace restanza::mapping {

inline constexpr size_t kMaxFormFields = 1000;

struct FormField {
  std::string name;
  std::string value;
};

// Absent past the limit, or where a name or value is not UTF-8. Parts without '=' are no fields.
std::optional<std::vector<FormField>> parse_form(std::string_view body);

// One percent-encoded text. What does not follow the encoding stands for itself.
std::string form_text(std::string_view encoded);

Json form_to_json(const std::vector<FormField>& form);                          // the keys of a stanza
Json form_to_query(const std::vector<FormField>& form, std::string_view name);  // of one field of an iq

// Strings, numbers and what is true; a form has no words for the rest.
std::string write_form(const Json& object);

}  // namespace restanza::mapping
