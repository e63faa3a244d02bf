/* SPDX-License-Identifier: MIT */
/* Takes every host to have accounts. */
#define OWN_START
#include "plugin.h"

static xp_status start(xp_plugin* plugin, xp_error* error) {
  const xp_auth* auth = plugin->host->get_extension(plugin->host, XP_EXT_AUTH);
  return auth->size >= sizeof *auth ? XP_OK : fail(error, XP_UNSUPPORTED, "an older host");
}
