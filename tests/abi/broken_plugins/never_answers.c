/* SPDX-License-Identifier: MIT */
/* Leaves requests without an answer until it is drained. */
#define OWN_ON_REQUEST
#include "plugin.h"

static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request) {
  (void)request;
  xp_plugin* plugin = ctx;
  pthread_mutex_lock(&plugin->lock);
  int kept = 0;
  for (size_t i = 0; i < kMaxParked && !kept; ++i) {
    kept = !plugin->parked[i].exchange;
    if (kept) plugin->parked[i].exchange = exchange;
  }
  pthread_mutex_unlock(&plugin->lock);
  if (!kept) answer(plugin, exchange, 503);
}
