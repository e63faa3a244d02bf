/* SPDX-License-Identifier: MIT */
/* Is drained only when each password has its verdict. */
#define OWN_ON_REQUEST
#define OWN_DRAIN
#include "plugin.h"

static int waiting;

static void on_verdict(void* ctx, xp_status status, xp_str bare_jid) {
  (void)ctx, (void)status, (void)bare_jid;
  --waiting;
}

static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request) {
  xp_plugin* plugin = ctx;
  const xp_auth* auth = plugin->host->get_extension(plugin->host, XP_EXT_AUTH);
  (void)request;
  if (auth) ++waiting, auth->check_password(plugin->host, STR("alice"), STR("wonder"), on_verdict, plugin);
  answer(plugin, exchange, 200);
}

static void drain(xp_plugin* plugin, uint32_t deadline_ms, void (*done)(void* ctx), void* ctx) {
  (void)deadline_ms;
  end_all(plugin);
  if (waiting == 0) done(ctx);
}
