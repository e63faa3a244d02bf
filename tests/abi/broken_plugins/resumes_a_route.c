/* SPDX-License-Identifier: MIT */
/* Resumes what is no hook. */
#define OWN_ON_REQUEST
#include "plugin.h"

static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request) {
  xp_plugin* plugin = ctx;
  (void)request;
  plugin->host->resume(plugin->host, plugin->route);
  answer(plugin, exchange, 404);
}
