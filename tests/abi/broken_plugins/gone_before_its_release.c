/* SPDX-License-Identifier: MIT */
/* Takes every release to come before destroy returns. */
#define OWN_RELEASE
#define OWN_DESTROY
#include "plugin.h"

static int* alive;

static void release(void* ctx) {
  (void)ctx;
  *alive -= 1;
}

static void destroy(xp_plugin* plugin) {
  int references = 2;
  alive = &references;
  if (plugin->route) plugin->host->unregister(plugin->host, plugin->route);
  if (plugin->hook) plugin->host->unregister(plugin->host, plugin->hook);
  alive = NULL;
  free(plugin);
}
