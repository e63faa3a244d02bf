/* SPDX-License-Identifier: MIT */
/* Takes no call to be under way when it is destroyed. */
#include <sys/mman.h>
#include <time.h>
#define OWN_CREATE
#define OWN_DESTROY
#define OWN_ON_STANZA
#define OWN_RELEASE
#include "plugin.h"

static void release(void* ctx) {
  (void)ctx;
}

static int32_t on_stanza(void* ctx, const xp_stanza* stanza) {
  const struct timespec moment = {0, 20000000};
  xp_plugin* plugin = ctx;
  (void)stanza;
  nanosleep(&moment, NULL);
  return plugin->host ? XP_PASS : XP_CONSUME;
}

static xp_status create(const xp_host* host, xp_str settings_json, xp_plugin** out, xp_error* error) {
  const int usage = PROT_READ | PROT_WRITE;
  if (settings_json.len != 2) return fail(error, XP_INVALID, "bad settings");
  xp_plugin* plugin = mmap(NULL, sizeof *plugin, usage, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (plugin == MAP_FAILED) return fail(error, XP_INTERNAL, "out of memory");
  plugin->host = host;
  pthread_mutex_init(&plugin->lock, NULL);
  *out = plugin;
  return XP_OK;
}

static void destroy(xp_plugin* plugin) {
  if (plugin->route) plugin->host->unregister(plugin->host, plugin->route);
  if (plugin->hook) plugin->host->unregister(plugin->host, plugin->hook);
  munmap(plugin, sizeof *plugin);
}
