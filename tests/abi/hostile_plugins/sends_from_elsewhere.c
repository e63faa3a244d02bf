/* SPDX-License-Identifier: MIT */
/* Sends from another domain, from nowhere, and more than the host takes, on each request. */
#define ID "sends_from_elsewhere"
#define OWN_ON_REQUEST
#include "plugin.h"

static void send_too_much(void) {
  char* xml = too_long_message();
  if (!xml) return;
  say_and_report(xml);
  free(xml);
}

static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request) {
  (void)ctx, (void)request;
  called("request");
  say_and_report("<message from='eve@evil.example' to='alice@localhost'/>");
  say_and_report("<message to='alice@localhost'/>");
  send_too_much();
  answer(exchange, 200);
}
