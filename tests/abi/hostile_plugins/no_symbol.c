/* SPDX-License-Identifier: MIT */
/* A library that is no plugin: it lacks the entry. */
#include "xp.h"

XP_EXPORT int xp_plugin_entry_v0(void);

int xp_plugin_entry_v0(void) {
  return XP_MINOR;
}
