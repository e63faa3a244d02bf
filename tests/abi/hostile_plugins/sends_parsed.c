/* SPDX-License-Identifier: MIT */
/* Sends on each request what it says that it has read: one after the other with what it has not, then from
 * elsewhere, from nowhere, more than the host takes, and what is not of the kind that it names. */
#define ID "sends_parsed"
#define OWN_LOOK_AT_HOST
#define OWN_ON_REQUEST
#include "plugin.h"

static void look_at_host(const xp_host* host) {
  report_offer("send_parsed", XP_HAS(xp_host, host, send_parsed) && host->send_parsed);
}

static void say_parsed(const char* result, uint32_t kind, xp_str from, xp_str xml) {
  const xp_stanza parsed = {
      .size = sizeof parsed, .kind = kind, .from = from, .to = STR("alice@localhost"), .xml = xml};
  report_number(result, instance.host->send_parsed(instance.host, &parsed, 0, NULL));
}

static void say_too_much(void) {
  char* xml = too_long_message();
  if (!xml) return;
  say_parsed("send_parsed", XP_MESSAGE, instance.host->domain, (xp_str){xml, strlen(xml)});
  free(xml);
}

static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request) {
  const xp_str domain = instance.host->domain, nothing = {NULL, 0};
  (void)ctx, (void)request;
  called("request");
  say_and_report("<message id='first' from='hostile.localhost' to='alice@localhost'/>");
  say_parsed("send_parsed", XP_MESSAGE, domain,
             STR("<message id='second' from='hostile.localhost' to='alice@localhost'/>"));
  say_and_report("<message id='third' from='hostile.localhost' to='alice@localhost'/>");
  say_parsed("send_parsed", XP_MESSAGE, STR("eve@evil.example"),
             STR("<message id='eve' from='eve@evil.example' to='alice@localhost'/>"));
  say_parsed("send_parsed", XP_MESSAGE, nothing, STR("<message id='nobody' to='alice@localhost'/>"));
  say_too_much();
  say_parsed("misnamed", 0, domain,
             STR("<message id='none' from='hostile.localhost' to='alice@localhost'/>"));
  say_parsed("misnamed", XP_MESSAGE, domain,
             STR("<presence id='other' from='hostile.localhost' to='alice@localhost'/>"));
  answer(exchange, 200);
}
