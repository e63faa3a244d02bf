/* SPDX-License-Identifier: MIT */
/* Holds its lock while it answers. */
#define OWN_ANSWER
#include "plugin.h"

static void answer(xp_plugin* plugin, xp_exchange* exchange, int32_t code) {
  pthread_mutex_lock(&plugin->lock);
  plugin->host->http_respond(plugin->host, exchange, code, NULL, 0, STR(""));
  pthread_mutex_unlock(&plugin->lock);
}
