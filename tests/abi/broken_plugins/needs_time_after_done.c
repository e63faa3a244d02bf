/* SPDX-License-Identifier: MIT */
/* Keeps a request that comes when its drain is done. */
#define OWN_ON_REQUEST
#include "plugin.h"

static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request) {
  xp_plugin* plugin = ctx;
  int kept = 0;
  (void)request;
  pthread_mutex_lock(&plugin->lock);
  for (size_t i = 0; i < kMaxParked && !kept && plugin->draining; ++i) {
    kept = !plugin->parked[i].exchange;
    if (kept) plugin->parked[i].exchange = exchange;
  }
  pthread_mutex_unlock(&plugin->lock);
  if (!kept) answer(plugin, exchange, 404);
}
