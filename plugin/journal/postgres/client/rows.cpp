// SPDX-License-Identifier: MIT
#include "journal/postgres/client/rows.h"

namespace restanza::journal::postgres {

int64_t Rows::integer(int row, int column) const {
  uint64_t value = 0;
  for (const char c : view(row, column)) value = value << 8 | static_cast<unsigned char>(c);
  return static_cast<int64_t>(value);
}

}  // namespace restanza::journal::postgres
