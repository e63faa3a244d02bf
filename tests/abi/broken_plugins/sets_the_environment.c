/* SPDX-License-Identifier: MIT */
/* Changes the environment of the process. */
#define OWN_START
#include "plugin.h"

static xp_status start(xp_plugin* plugin, xp_error* error) {
  (void)plugin;
  return setenv("TZ", "UTC+13", 1) == 0 ? XP_OK : fail(error, XP_INTERNAL, "no environment");
}
