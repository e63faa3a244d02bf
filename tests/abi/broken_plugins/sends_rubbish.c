/* SPDX-License-Identifier: MIT */
/* Sends what is no stanza. */
#define OWN_ECHO
#include "plugin.h"

static void echo(xp_plugin* plugin, const xp_stanza* stanza) {
  (void)stanza;
  plugin->host->send_stanza(plugin->host, STR("hello"), 0, NULL);
}
