// SPDX-License-Identifier: MIT
// How values of JSON end without memory. The library's destructor first makes a list of what is in a value,
// which needs memory; and no destructor may throw, so where there is none the process ends. Destroying a
// value that was emptied needs none. So whatever holds objects or lists and is not given away is emptied
// before its end. For values of a type that has the library's interface, which this header does not need. Any
// thread.
#pragma once

#include <cstddef>
#include <exception>

namespace restanza {

inline constexpr size_t kMaxJsonDepth = 64;  // of objects and arrays inside each other, wherever JSON is read

// From the innermost to the outermost. It recurses as deep as the value is, which has that limit.
template <class Json>
void empty_json(Json& value) noexcept {
  if (!value.is_structured()) return;
  for (Json& inner : value) empty_json(inner);
  value.clear();
}

// Empties at the end of its scope a value that stays there; declared after the value.
template <class Json>
class EmptyAtEnd {
 public:
  explicit EmptyAtEnd(Json& value) : value_(value) {}
  ~EmptyAtEnd() { empty_json(value_); }
  EmptyAtEnd(const EmptyAtEnd&) = delete;
  EmptyAtEnd& operator=(const EmptyAtEnd&) = delete;

 private:
  Json& value_;
};

// Empties a value that is returned or moved away, in case something throws before.
template <class Json>
class EmptyOnThrow {
 public:
  explicit EmptyOnThrow(Json& value) : value_(value) {}
  ~EmptyOnThrow() {
    if (std::uncaught_exceptions() > before_) empty_json(value_);
  }
  EmptyOnThrow(const EmptyOnThrow&) = delete;
  EmptyOnThrow& operator=(const EmptyOnThrow&) = delete;

 private:
  Json& value_;
  const int before_ = std::uncaught_exceptions();
};

}  // namespace restanza
