// SPDX-License-Identifier: MIT
// The symbols that a loaded library offers to others. Pure reading of what the loader has mapped; any thread.
#pragma once

#include <string>
#include <vector>

namespace restanza::host {

// `handle`: from dlopen, and open. Defined symbols only, in the order of the library's hash table. Names that
// linkers and sanitizers add are left out.
std::vector<std::string> exported_symbols(void* handle);

}  // namespace restanza::host
