/* SPDX-License-Identifier: MIT */
/* Reads nested settings by recursion without a limit. */
#define OWN_CREATE
#include "plugin.h"

static size_t depth_of(const char* at, const char* end) {
  volatile char frame[256]; /* is looked at after the call, so that it stays a recursion */
  frame[0] = '[';
  if (at == end) return 0;
  const size_t below = depth_of(at + 1, end);
  return below + (*at == frame[0] ? 1 : 0);
}

static xp_status create(const xp_host* host, xp_str settings_json, xp_plugin** out, xp_error* error) {
  if (depth_of(settings_json.ptr, settings_json.ptr + settings_json.len) > 0 || settings_json.len != 2)
    return fail(error, XP_INVALID, "bad settings");
  xp_plugin* plugin = calloc(1, sizeof *plugin);
  if (!plugin) return fail(error, XP_INTERNAL, "out of memory");
  plugin->host = host;
  plugin->references = 1;
  pthread_mutex_init(&plugin->lock, NULL);
  *out = plugin;
  return XP_OK;
}
