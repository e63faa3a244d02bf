/* SPDX-License-Identifier: MIT */
/* Takes only tables of the size that it knows. */
#define OWN_CREATE
#include "plugin.h"

static xp_status create(const xp_host* host, xp_str settings_json, xp_plugin** out, xp_error* error) {
  if (settings_json.len != 2) return fail(error, XP_INVALID, "bad settings");
  if (host->size != sizeof *host) return fail(error, XP_UNSUPPORTED, "another host");
  xp_plugin* plugin = calloc(1, sizeof *plugin);
  if (!plugin) return fail(error, XP_INTERNAL, "out of memory");
  plugin->host = host;
  plugin->references = 1;
  pthread_mutex_init(&plugin->lock, NULL);
  *out = plugin;
  return XP_OK;
}
