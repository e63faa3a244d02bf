// SPDX-License-Identifier: MIT
// Values that stand as text in XML and in forms, and as strings, numbers and booleans in JSON. Pure
// functions, any thread. Internal to this folder.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mapping/json/json.h"
#include "mapping/table.h"

namespace restanza::mapping {

// From XML; absent where a number is none. Any text is a true boolean but "false" and "0".
std::optional<Json> read_scalar(Scalar type, std::string_view text);

// From a form: a boolean is 1, true, empty, or 0 and false; an empty number is no value (null). Text of
// another type is left as a string.
Json form_scalar(Scalar type, std::string_view text);

// Into XML; absent where the value is not of the type.
std::optional<std::string> write_scalar(Scalar type, const Json& value);

const char* describe(Scalar type);  // "a string"

}  // namespace restanza::mapping
