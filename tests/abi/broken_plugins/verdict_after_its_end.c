/* SPDX-License-Identifier: MIT */
/* Takes every verdict to come before it is destroyed. */
#define OWN_ON_REQUEST
#define OWN_DESTROY
#include "plugin.h"

static xp_plugin* running;

static void on_verdict(void* ctx, xp_status status, xp_str bare_jid) {
  (void)ctx, (void)status, (void)bare_jid;
  if (running->draining > 1) abort();
}

static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request) {
  const xp_auth* auth = ((xp_plugin*)ctx)->host->get_extension(((xp_plugin*)ctx)->host, XP_EXT_AUTH);
  (void)request;
  running = ctx;
  if (auth) auth->check_password(running->host, STR("alice"), STR("wonder"), on_verdict, NULL);
  answer(ctx, exchange, 200);
}

static void destroy(xp_plugin* plugin) {
  plugin->host->unregister(plugin->host, plugin->route);
  plugin->host->unregister(plugin->host, plugin->hook);
  running = NULL;
  release(plugin);
}
