/* SPDX-License-Identifier: MIT */
/* Tries to send until there is room. */
#define OWN_ECHO
#include "plugin.h"

static void echo(xp_plugin* plugin, const xp_stanza* stanza) {
  (void)stanza;
  while (plugin->host->send_stanza(plugin->host, STR("<message from='rest.localhost' to='bob@localhost'/>"),
                                   0, NULL) == XP_WOULD_BLOCK)
    continue;
}
