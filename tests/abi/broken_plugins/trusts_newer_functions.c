/* SPDX-License-Identifier: MIT */
/* Takes a function of version 1.1 for one that every longer table has. */
#define OWN_ECHO
#include "plugin.h"

static void echo(xp_plugin* plugin, const xp_stanza* stanza) {
  const xp_host* host = plugin->host;
  xp_stanza parsed;
  if (stanza->kind != XP_MESSAGE || !XP_HAS(xp_host, host, send_parsed)) return;
  memset(&parsed, 0, sizeof parsed);
  parsed.size = sizeof parsed;
  parsed.kind = XP_MESSAGE;
  parsed.from = host->domain;
  parsed.to = STR("bob@localhost");
  parsed.xml = STR("<message from='rest.localhost' to='bob@localhost'/>");
  host->send_parsed(host, &parsed, 0, NULL);
}
