/* SPDX-License-Identifier: MIT */
/* Looks for the account of a token before it looks whether the token is good. */
#define OWN_ON_REQUEST
#include "plugin.h"

static void on_verdict(void* ctx, xp_status status, const xp_principal* principal) {
  static char name[64];
  (void)ctx, (void)status;
  snprintf(name, sizeof name, "%.*s", (int)principal->bare_jid.len, principal->bare_jid.ptr);
}

static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request) {
  xp_plugin* plugin = ctx;
  const xp_principals* principals = plugin->host->get_extension(plugin->host, XP_EXT_PRINCIPAL);
  (void)request;
  if (principals) principals->check_bearer(plugin->host, STR("t0ken"), on_verdict, plugin);
  answer(plugin, exchange, 200);
}
