// SPDX-License-Identifier: MIT
#include "journal/postgres/client/stay_loaded.h"

#include <dlfcn.h>
#include <libpq-fe.h>

namespace restanza::journal::postgres {

bool stay_loaded() {
  Dl_info where{};
  if (dladdr(reinterpret_cast<void*>(&PQlibVersion), &where) == 0) return false;
  // The handle is given back to nobody: that alone keeps the library, and the flag says so.
  return dlopen(where.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE) != nullptr;
}

}  // namespace restanza::journal::postgres
