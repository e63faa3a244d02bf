/* SPDX-License-Identifier: MIT */
/* Numbers its instances and has a hundred numbers. */
#define OWN_CREATE
#include "plugin.h"

static int created;

static xp_status create(const xp_host* host, xp_str settings_json, xp_plugin** out, xp_error* error) {
  if (settings_json.len != 2) return fail(error, XP_INVALID, "bad settings");
  if (++created > 100) return fail(error, XP_INTERNAL, "no number is left");
  xp_plugin* plugin = calloc(1, sizeof *plugin);
  if (!plugin) return fail(error, XP_INTERNAL, "out of memory");
  plugin->host = host;
  plugin->references = 1;
  pthread_mutex_init(&plugin->lock, NULL);
  *out = plugin;
  return XP_OK;
}
