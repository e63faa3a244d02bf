/* SPDX-License-Identifier: MIT */
/* Leaves its hook registered when it is destroyed. */
#define OWN_DESTROY
#include "plugin.h"

static void destroy(xp_plugin* plugin) {
  if (plugin->route) plugin->host->unregister(plugin->host, plugin->route);
  release(plugin);
}
