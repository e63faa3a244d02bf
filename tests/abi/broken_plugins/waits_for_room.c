/* SPDX-License-Identifier: MIT */
/* Is drained only when the host has had room. */
#define OWN_ECHO
#define OWN_DRAIN
#include "plugin.h"

static int waiting;

static void on_writable(void* ctx) {
  (void)ctx;
  waiting = 0;
}

static void echo(xp_plugin* plugin, const xp_stanza* stanza) {
  const xp_watch retry = {plugin, NULL, on_writable, watch_release};
  const xp_str xml = STR("<message from='rest.localhost' to='bob@localhost'/>");
  (void)stanza;
  if (plugin->host->send_stanza(plugin->host, xml, 0, &retry) == XP_WOULD_BLOCK) waiting = 1;
}

static void drain(xp_plugin* plugin, uint32_t deadline_ms, void (*done)(void* ctx), void* ctx) {
  (void)deadline_ms;
  end_all(plugin);
  if (!waiting) done(ctx);
}
