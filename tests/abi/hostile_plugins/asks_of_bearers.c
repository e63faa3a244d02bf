/* SPDX-License-Identifier: MIT */
/* Asks the host whose tokens these are that nobody has, on each request and in its drain. */
#define ID "asks_of_bearers"
#define OWN_LOOK_AT_HOST
#define OWN_ON_REQUEST
#define OWN_DRAIN
#include "plugin.h"

static const xp_principals* principals;
static char long_token[65536];

static void look_at_host(const xp_host* host) {
  principals = host->get_extension(host, XP_EXT_PRINCIPAL);
  report_offer("xp.principal/1", principals && XP_HAS(xp_principals, principals, check_bearer));
  memset(long_token, 'x', sizeof long_token);
}

static void verdict(void* ctx, xp_status status, const xp_principal* principal) {
  (void)ctx;
  report_number("verdict", status);
  if (principal) report("principal", NULL);
}

static void ask(xp_str token) {
  report("asked", NULL);
  principals->check_bearer(instance.host, token, verdict, &instance);
}

static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request) {
  (void)ctx, (void)request;
  called("request");
  ask(STR("a-token-that-nobody-has"));
  ask(STR(""));
  ask(STR("\xff\0\n"));
  ask((xp_str){long_token, sizeof long_token});
  answer(exchange, 200);
}

static void drain(xp_plugin* plugin, uint32_t deadline_ms, void (*done)(void* ctx), void* ctx) {
  (void)plugin, (void)deadline_ms;
  called("drain");
  if (principals) ask(STR("a-token-in-the-drain"));
  done(ctx);
}
