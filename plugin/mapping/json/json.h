// SPDX-License-Identifier: MIT
// JSON and CBOR as one kind of value, read within limits: the library builds trees of any depth and size, so
// everything is counted before it is built. Pure functions, any thread. Internal to this folder.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result.h"
#include "mapping/json/json_end.h"

namespace restanza::mapping {

using Json = nlohmann::json;

inline constexpr size_t kMaxJsonBytes = 8u << 20;  // of one document; who receives it has smaller limits
inline constexpr size_t kMaxJsonValues = 100000;   // keys, and elements of arrays, of the whole document

// One document. Refused besides what is not well-formed: a number that is infinite or none, text that is not
// UTF-8, and for CBOR tags, byte strings and keys that are no text. Of a key that stands twice in an object
// the last value counts, as for mod_rest.
Result<Json> parse_json(std::string_view bytes);
Result<Json> parse_cbor(std::string_view bytes);

// Whatever holds objects or lists ends as mapping/json/json_end.h says. For that a value is given to an
// object or a list, copied and taken away by these functions; and none is made of braces with keys and values
// in them, which leave lists of two behind.
inline void empty(Json& value) noexcept {
  empty_json(value);
}
void set(Json& object, const std::string& key, Json value);
void append(Json& list, Json value);
Json copied(const Json& value);

// UTF-8 text; whatever XML cannot hold is written as an escape.
std::string dump(const Json& value);

std::string dump_cbor(const Json& value);

}  // namespace restanza::mapping
