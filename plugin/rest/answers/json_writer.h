// SPDX-License-Identifier: MIT
// Writes one JSON document, member by member, for long lists: a tree of the library's values would hold all
// of it in memory once more before it is text. The strings are the library's (json_string), so no text that
// others wrote can break the document. Pure; one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace restanza::rest {

class JsonWriter {
 public:
  // Containers; the name is for members of objects, and empty for elements of arrays and the document itself.
  void open_object(std::string_view name = {}) { open(name, '{'); }
  void open_array(std::string_view name = {}) { open(name, '['); }
  void close();

  void text(std::string_view name, std::string_view value);
  void number(std::string_view name, int64_t value);
  void seconds(std::string_view name, std::optional<std::chrono::milliseconds> value);  // absent: null
  void time(std::string_view name, WallTime value);                                     // RFC 3339, UTC
  void texts(std::string_view name, const std::vector<std::string>& values);
  void raw(std::string_view name, std::string_view json);  // a value that is JSON already
  void boolean(std::string_view name, bool value);
  void null(std::string_view name);

  // The document; all containers are closed.
  std::string take() { return std::move(json_); }

 private:
  void begin(std::string_view name);
  void open(std::string_view name, char bracket);

  std::string json_;
  std::string closing_;  // the brackets to come, innermost last
  bool first_ = true;    // of the innermost container
};

}  // namespace restanza::rest
