// SPDX-License-Identifier: MIT
#include "journal/postgres/place.h"

#include <utility>

#include "journal/postgres/schema.h"

namespace restanza::journal::postgres {

Result<Place> read_place(const StorePlace& place) {
  auto address = read_address(place.database);
  if (!address) return Error{"the setting 'journal' " + address.error().text};
  auto schema = schema_of(place.domain);
  if (!schema) return schema.error();
  return Place{std::move(*address), std::move(*schema)};
}

}  // namespace restanza::journal::postgres
