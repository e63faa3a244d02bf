// SPDX-License-Identifier: MIT
// JSON and CBOR as one kind of value, read within limits: the library builds trees of any depth and size, so
// everything is counted before it is built. Pure functions, any thread. Internal to this folder.
#pragma once

#include <exception>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace restanza::mapping {

using Json = nlohmann::json;

inline constexpr size_t kMaxJsonBytes = 8u << 20;  // of one document; who receives it has smaller limits
inline constexpr size_t kMaxJsonDepth = 64;        // of objects and arrays inside each other
inline constexpr size_t kMaxJsonValues = 100000;   // keys, and elements of arrays, of the whole document

// One document. Refused besides what is not well-formed: a number that is infinite or none, text that is not
// UTF-8, and for CBOR tags, byte strings and keys that are no text. Of a key that stands twice in an object
// the last value counts, as for mod_rest.
Result<Json> parse_json(std::string_view bytes);
Result<Json> parse_cbor(std::string_view bytes);

// Destroying a value needs memory, because the library first makes a list of what is in it; and no destructor
// may throw, so where there is no memory the process ends. Destroying a value that was emptied needs none. So
// whatever holds objects or lists and is not given away is emptied before its end:
//   EmptyAtEnd    a value that stays in its scope; declared after it
//   EmptyOnThrow  one that is returned or moved away, in case something throws before
//   set, append   for giving a value to an object or a list
//   copied        for a copy
// And none is made of braces with keys and values in them, which leave such lists of two behind.
void empty(Json& value) noexcept;

class EmptyAtEnd {
 public:
  explicit EmptyAtEnd(Json& value) : value_(value) {}
  ~EmptyAtEnd() { empty(value_); }
  EmptyAtEnd(const EmptyAtEnd&) = delete;
  EmptyAtEnd& operator=(const EmptyAtEnd&) = delete;

 private:
  Json& value_;
};

class EmptyOnThrow {
 public:
  explicit EmptyOnThrow(Json& value) : value_(value) {}
  ~EmptyOnThrow() {
    if (std::uncaught_exceptions() > before_) empty(value_);
  }
  EmptyOnThrow(const EmptyOnThrow&) = delete;
  EmptyOnThrow& operator=(const EmptyOnThrow&) = delete;

 private:
  Json& value_;
  const int before_ = std::uncaught_exceptions();
};

void set(Json& object, const std::string& key, Json value);
void append(Json& list, Json value);
Json copied(const Json& value);

// UTF-8 text; whatever XML cannot hold is written as an escape.
std::string dump(const Json& value);

std::string dump_cbor(const Json& value);

}  // namespace restanza::mapping
