/* SPDX-License-Identifier: MIT */
/* Leaves a file open for each instance. */
#define OWN_DESTROY
#include "plugin.h"

static void destroy(xp_plugin* plugin) {
  if (!fopen("/dev/null", "r")) abort();
  if (plugin->route) plugin->host->unregister(plugin->host, plugin->route);
  if (plugin->hook) plugin->host->unregister(plugin->host, plugin->hook);
  release(plugin);
}
