/* SPDX-License-Identifier: MIT */
/* Does not live with a stanza that is refused. */
#define OWN_ECHO
#include "plugin.h"

static void echo(xp_plugin* plugin, const xp_stanza* stanza) {
  (void)stanza;
  if (plugin->host->send_stanza(plugin->host, STR("<message from='rest.localhost' to='bob@localhost'/>"), 0,
                                NULL) != XP_OK)
    abort();
}
