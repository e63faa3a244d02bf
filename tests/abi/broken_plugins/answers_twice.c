/* SPDX-License-Identifier: MIT */
/* Ends an exchange a second time. */
#define OWN_ANSWER
#include "plugin.h"

static void answer(xp_plugin* plugin, xp_exchange* exchange, int32_t code) {
  plugin->host->http_respond(plugin->host, exchange, code, NULL, 0, STR(""));
  plugin->host->http_respond(plugin->host, exchange, code, NULL, 0, STR(""));
}
