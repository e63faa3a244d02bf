/* SPDX-License-Identifier: MIT */
/* Takes any settings. */
#define OWN_CREATE
#include "plugin.h"

static xp_status create(const xp_host* host, xp_str settings_json, xp_plugin** out, xp_error* error) {
  (void)settings_json;
  xp_plugin* plugin = calloc(1, sizeof *plugin);
  if (!plugin) return fail(error, XP_INTERNAL, "out of memory");
  plugin->host = host;
  plugin->references = 1;
  pthread_mutex_init(&plugin->lock, NULL);
  *out = plugin;
  return XP_OK;
}
