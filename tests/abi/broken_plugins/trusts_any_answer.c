/* SPDX-License-Identifier: MIT */
/* Takes an answer by its id, whoever sends it. */
#define OWN_ON_STANZA
#include "plugin.h"

static int32_t on_stanza(void* ctx, const xp_stanza* stanza) {
  xp_plugin* plugin = ctx;
  xp_exchange* exchange = NULL;
  if (stanza->kind != XP_IQ || !same(stanza->type, "result")) return XP_PASS;
  pthread_mutex_lock(&plugin->lock);
  for (size_t i = 0; i < kMaxParked && !exchange; ++i) {
    if (!plugin->parked[i].exchange || !same(stanza->id, plugin->parked[i].id)) continue;
    exchange = plugin->parked[i].exchange;
    plugin->parked[i].exchange = NULL;
  }
  pthread_mutex_unlock(&plugin->lock);
  if (exchange) answer(plugin, exchange, 200);
  return exchange ? XP_CONSUME : XP_PASS;
}
