/* SPDX-License-Identifier: MIT */
/* Keeps its state in one place for all instances. */
#define OWN_START
#include "plugin.h"

static int started;

static xp_status start(xp_plugin* plugin, xp_error* error) {
  (void)plugin;
  return started++ == 0 ? XP_OK : fail(error, XP_INTERNAL, "it runs already");
}
