// SPDX-License-Identifier: MIT
// Compiles xp.h by itself as C++; least_host.c does it as C99, and runs.
#include <type_traits>

#include "xp.h"

static_assert(std::is_standard_layout_v<xp_host> && std::is_standard_layout_v<xp_plugin_desc>);
static_assert(std::is_same_v<decltype(&xp_plugin_entry_v1), const xp_plugin_desc* (*)()>);
