/* SPDX-License-Identifier: MIT */
/* Holds its lock while it sends. */
#define OWN_ECHO
#include "plugin.h"

static void echo(xp_plugin* plugin, const xp_stanza* stanza) {
  char xml[256];
  if (stanza->kind != XP_MESSAGE) return;
  const int size = snprintf(xml, sizeof xml, "<message from='%.*s' to='bob@localhost'/>",
                            (int)plugin->host->domain.len, plugin->host->domain.ptr);
  pthread_mutex_lock(&plugin->lock);
  plugin->host->send_stanza(plugin->host, (xp_str){xml, (size_t)size}, 0, NULL);
  pthread_mutex_unlock(&plugin->lock);
}
