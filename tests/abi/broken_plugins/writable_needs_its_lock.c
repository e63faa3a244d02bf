/* SPDX-License-Identifier: MIT */
/* Holds its lock while it sends, and takes it when there is room. */
#define OWN_ECHO
#include "plugin.h"

static void on_writable(void* ctx) {
  xp_plugin* plugin = ctx;
  pthread_mutex_lock(&plugin->lock);
  pthread_mutex_unlock(&plugin->lock);
}

static void echo(xp_plugin* plugin, const xp_stanza* stanza) {
  const xp_watch retry = {plugin, NULL, on_writable, watch_release};
  (void)stanza;
  pthread_mutex_lock(&plugin->lock);
  plugin->host->send_stanza(plugin->host, STR("<message from='rest.localhost' to='bob@localhost'/>"), 0,
                            &retry);
  pthread_mutex_unlock(&plugin->lock);
}
