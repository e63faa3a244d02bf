/* SPDX-License-Identifier: MIT */
/* Answers with a status that there is not. */
#define OWN_ANSWER
#include "plugin.h"

static void answer(xp_plugin* plugin, xp_exchange* exchange, int32_t code) {
  plugin->host->http_respond(plugin->host, exchange, code * 10, NULL, 0, STR(""));
}
