// SPDX-License-Identifier: MIT
// A value, or the reason why there is none. Errors travel as values; nothing here throws.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace restanza {

// What went wrong, in a sentence for the person who can mend it: it names the value and the remedy.
struct Error {
  // Where a caller decides by it; nobody looks into the text.
  enum class Kind {
    general,
    limit,       // something is larger, deeper or more than is allowed
    encoding,    // XML in another encoding than UTF-8
    restricted,  // XML with what XMPP does not allow, such as a comment (RFC 6120 section 11.1)
    misplaced,   // text between the elements of a stream
    damaged,     // a file's content is not what was written to it
    unsettled,   // a commit's end was not seen: it may have been carried out
    unescaped,   // an address has a character that XEP-0106 escapes, and the text says how
  };

  std::string text;
  Kind kind = Kind::general;
};

template <class T, class E = Error>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(E error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& value() { return std::get<0>(state_); }
  const T& value() const { return std::get<0>(state_); }
  T& operator*() { return value(); }
  const T& operator*() const { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const E& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, E> state_;
};

template <class E>
class [[nodiscard]] Result<void, E> {
 public:
  Result() = default;
  Result(E error) : error_(std::move(error)) {}

  bool ok() const { return !error_; }
  explicit operator bool() const { return ok(); }
  const E& error() const { return *error_; }

 private:
  std::optional<E> error_;
};

}  // namespace restanza
