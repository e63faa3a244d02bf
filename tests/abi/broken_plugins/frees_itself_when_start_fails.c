/* SPDX-License-Identifier: MIT */
/* Frees the instance when its start fails, and in destroy again. */
#define OWN_START
#include "plugin.h"

static xp_status start(xp_plugin* plugin, xp_error* error) {
  if (plugin->host->on_stanza(plugin->host, XP_IQ, 0, on_stanza, plugin, watch_release, &plugin->hook) ==
      XP_OK)
    return XP_OK;
  free(plugin);
  return fail(error, XP_INTERNAL, "the host refused the hook");
}
