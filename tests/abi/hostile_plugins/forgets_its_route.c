/* SPDX-License-Identifier: MIT */
/* Unregisters neither its route nor its hook. */
#define ID "forgets_its_route"
#define OWN_DESTROY
#include "plugin.h"

static void destroy(xp_plugin* plugin) {
  (void)plugin;
  called("destroy");
}
