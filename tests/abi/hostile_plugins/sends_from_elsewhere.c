/* SPDX-License-Identifier: MIT */
/* Sends from another domain, from nowhere, and more than the host takes, on each request. */
#define ID "sends_from_elsewhere"
#define OWN_ON_REQUEST
#include <stdlib.h>

#include "plugin.h"

static void send_too_much(void) {
  static const char kBegin[] = "<message from='hostile.localhost' to='alice@localhost'><body>";
  static const char kEnd[] = "</body></message>";
  const size_t filling = (size_t)instance.host->max_stanza;
  char* xml = malloc(sizeof kBegin + filling + sizeof kEnd);
  if (!xml) return;
  memcpy(xml, kBegin, sizeof kBegin - 1);
  memset(xml + sizeof kBegin - 1, 'x', filling);
  memcpy(xml + sizeof kBegin - 1 + filling, kEnd, sizeof kEnd);
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
