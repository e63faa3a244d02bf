/* SPDX-License-Identifier: MIT */
/* Takes its client to leave only after it was watched. */
#define OWN_ON_REQUEST
#include "plugin.h"

typedef struct {
  xp_plugin* plugin;
  int open;
} client;

static void on_gone(void* ctx) {
  client* c = ctx;
  c->plugin = NULL;
}

static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request) {
  client* c = calloc(1, sizeof *c);
  const xp_watch watch = {c, on_gone, NULL, watch_release};
  (void)request;
  c->plugin = ctx;
  c->plugin->host->http_watch(c->plugin->host, exchange, &watch);
  answer(c->plugin, exchange, 200);
  free(c);
}
