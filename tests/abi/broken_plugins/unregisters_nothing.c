/* SPDX-License-Identifier: MIT */
/* Unregisters in destroy what it may never have registered. */
#define OWN_DESTROY
#include "plugin.h"

static void destroy(xp_plugin* plugin) {
  plugin->host->unregister(plugin->host, plugin->route);
  plugin->host->unregister(plugin->host, plugin->hook);
  release(plugin);
}
