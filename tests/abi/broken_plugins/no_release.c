/* SPDX-License-Identifier: MIT */
/* Gives the host a context without a release. */
#define OWN_START
#include "plugin.h"

static xp_status start(xp_plugin* plugin, xp_error* error) {
  const xp_status status =
      plugin->host->on_stanza(plugin->host, XP_IQ, 0, on_stanza, plugin, NULL, &plugin->hook);
  return status == XP_OK ? XP_OK : fail(error, XP_INTERNAL, "the host refused the hook");
}
