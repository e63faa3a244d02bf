/* SPDX-License-Identifier: MIT */
/* Lets a line break into a header. */
#define OWN_ANSWER
#include "plugin.h"

static void answer(xp_plugin* plugin, xp_exchange* exchange, int32_t code) {
  const xp_pair header = {STR("X-Broken"), STR("a\r\nX-Injected: b")};
  plugin->host->http_respond(plugin->host, exchange, code, &header, 1, STR(""));
}
