// SPDX-License-Identifier: MIT
// How a PostgreSQL server is reached: a connection string of libpq, read and completed. What is not said in
// it comes from where libpq looks for it: the environment, a service file, a password file. Nothing here
// connects. Any thread. Internal to this folder, but for `is_address` and `read_address`.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace restanza::journal::postgres {

struct Address {
  std::vector<std::pair<std::string, std::string>>
      parameters;    // keyword and value; a password may be among them
  std::string name;  // for people: which database on which server, without secrets
};

// Whether a text is meant as one: a URI, or keywords with values.
bool is_address(const std::string& text);

// Completes what Restanza needs and nobody has said otherwise: a server that can be written to, short waits,
// and TLS whose certificate is verified (sslmode=verify-full), unless every server is on this machine. A
// weaker mode holds where it is named; `allow` and `prefer`, which nobody could rely on, do not on a network.
// An error repeats nothing of the text, for a password may be in it.
Result<Address> read_address(const std::string& text);

}  // namespace restanza::journal::postgres
