/* SPDX-License-Identifier: MIT */
/* Asks for kinds of stanzas that there are not. */
#define OWN_START
#include "plugin.h"

static xp_status start(xp_plugin* plugin, xp_error* error) {
  const xp_status status =
      plugin->host->on_stanza(plugin->host, 0x80, 0, on_stanza, plugin, watch_release, &plugin->hook);
  return status == XP_OK ? XP_OK : fail(error, XP_INTERNAL, "the host refused the hook");
}
