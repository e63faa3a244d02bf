// SPDX-License-Identifier: MIT
// The parameters of one statement, in PostgreSQL's binary format: single values, and arrays for statements
// that write many rows at once. Text that is not UTF-8, or holds a NUL, is none to PostgreSQL: what cannot
// stand there becomes a question mark, so that no such text can keep a transaction from being written. Plain
// values, any thread. Internal to this folder.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace restanza::journal::postgres {

class Params {
 public:
  Params& integer(int64_t value);
  Params& text(std::string_view value);
  Params& bytes(std::string_view value);
  Params& null();

  // In statements, for unnest: int8[], text[], bytea[].
  Params& integers(const std::vector<int64_t>& values);
  Params& texts(const std::vector<std::optional<std::string_view>>& values);
  Params& byte_strings(const std::vector<std::string_view>& values);

  const std::vector<std::optional<std::string>>& values() const { return values_; }

 private:
  std::vector<std::optional<std::string>> values_;
};

}  // namespace restanza::journal::postgres
