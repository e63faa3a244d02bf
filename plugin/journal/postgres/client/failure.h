// SPDX-License-Identifier: MIT
// Why a statement failed. Plain values. Internal to this folder.
#pragma once

#include <string>

#include "base/result.h"

namespace restanza::journal::postgres {

struct Failure {
  std::string text;        // for the log
  std::string state;       // SQLSTATE; empty where it is none of the server's
  bool unreached = false;  // the connection is gone, or the server did not answer in time

  // May go well at another try: a serialization failure, a deadlock.
  bool passing() const { return state == "40001" || state == "40P01"; }
  // What the fencing statement of lease.h fails with.
  bool fenced() const { return state == "22012"; }
  bool locked() const { return state == "55P03"; }  // a lock was not to be had in time
};

template <class T>
using Tried = Result<T, Failure>;

}  // namespace restanza::journal::postgres
