// SPDX-License-Identifier: MIT
// What a statement has given, in PostgreSQL's binary format. Columns are int8, text or bytea: statements cast
// what is something else. Copies share libpq's result. One thread. Internal to this folder.
#pragma once

#include <libpq-fe.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace restanza::journal::postgres {

class Rows {
 public:
  explicit Rows(PGresult* result) : result_(result, PQclear) {}

  int size() const { return PQntuples(result_.get()); }
  bool empty() const { return size() == 0; }

  // Of a row and a column, which count from 0.
  bool is_null(int row, int column) const { return PQgetisnull(result_.get(), row, column) != 0; }
  int64_t integer(int row, int column) const;
  std::string text(int row, int column) const { return std::string(view(row, column)); }

  const PGresult* result() const { return result_.get(); }

 private:
  std::string_view view(int row, int column) const {
    return {PQgetvalue(result_.get(), row, column),
            static_cast<size_t>(PQgetlength(result_.get(), row, column))};
  }
  std::shared_ptr<PGresult> result_;
};

}  // namespace restanza::journal::postgres
