/* SPDX-License-Identifier: MIT */
/* Does not live with a status that it does not know. */
#define OWN_ECHO
#include "plugin.h"

static void echo(xp_plugin* plugin, const xp_stanza* stanza) {
  (void)stanza;
  const xp_status status = plugin->host->send_stanza(
      plugin->host, STR("<message from='rest.localhost' to='bob@localhost'/>"), 0, NULL);
  if (status < XP_OK || status > XP_INTERNAL) abort();
}
