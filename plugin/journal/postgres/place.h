// SPDX-License-Identifier: MIT
// Where a queue is: an address and a schema. Plain values, any thread. Internal to this folder.
#pragma once

#include <string>

#include "journal/postgres/client/address.h"
#include "journal/postgres/client/failure.h"
#include "journal/store.h"

namespace restanza::journal::postgres {

struct Place {
  Address address;
  std::string schema;
};

Result<Place> read_place(const StorePlace& place);

inline Error told(const Failure& failure) {
  return Error{failure.text};
}

}  // namespace restanza::journal::postgres
