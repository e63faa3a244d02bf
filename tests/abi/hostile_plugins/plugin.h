/* SPDX-License-Identifier: MIT */
/* A tiny plugin that answers every request with 200 and passes every stanza, for those beside it to misuse
 * its host: a file that defines OWN_X before it includes this writes the function x itself. ID is its name.
 *
 * Threads: none of its own. The one instance is static, because none of these is loaded twice. */
#pragma once

#include <stdio.h>
#include <string.h>

#include "xp.h"

#define STR(literal) ((xp_str){literal, sizeof literal - 1})
#define UNUSED __attribute__((unused))

struct xp_plugin {
  const xp_host* host;
  xp_reg *route, *hook;
};

UNUSED static struct xp_plugin instance;

UNUSED static xp_status create(const xp_host* host, xp_str settings_json, xp_plugin** out, xp_error* error);
UNUSED static xp_status start(xp_plugin* plugin, xp_error* error);
UNUSED static void drain(xp_plugin* plugin, uint32_t deadline_ms, void (*done)(void* ctx), void* ctx);
UNUSED static void destroy(xp_plugin* plugin);
UNUSED static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request);
UNUSED static int32_t on_stanza(void* ctx, const xp_stanza* stanza);

UNUSED static void release(void* ctx) {
  (void)ctx;
}

UNUSED static int answer(xp_exchange* exchange, int32_t code) {
  return instance.host->http_respond(instance.host, exchange, code, NULL, 0, STR("It is so\n"));
}

UNUSED static int say(const char* xml) {
  return instance.host->send_stanza(instance.host, (xp_str){xml, strlen(xml)}, 0, NULL);
}

#ifndef OWN_ON_REQUEST
static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request) {
  (void)ctx, (void)request;
  answer(exchange, 200);
}
#endif

#ifndef OWN_ON_STANZA
static int32_t on_stanza(void* ctx, const xp_stanza* stanza) {
  (void)ctx, (void)stanza;
  return XP_PASS;
}
#endif

#ifndef OWN_CREATE
static xp_status create(const xp_host* host, xp_str settings_json, xp_plugin** out, xp_error* error) {
  (void)settings_json, (void)error;
  instance.host = host;
  *out = &instance;
  host->register_route(host, STR(""), 4096, on_request, &instance, release, &instance.route);
  host->on_stanza(host, XP_MESSAGE | XP_PRESENCE | XP_IQ, 0, on_stanza, &instance, release, &instance.hook);
  return XP_OK;
}
#endif

#ifndef OWN_START
static xp_status start(xp_plugin* plugin, xp_error* error) {
  (void)plugin, (void)error;
  return XP_OK;
}
#endif

#ifndef OWN_DRAIN
static void drain(xp_plugin* plugin, uint32_t deadline_ms, void (*done)(void* ctx), void* ctx) {
  (void)plugin, (void)deadline_ms;
  done(ctx);
}
#endif

#ifndef OWN_DESTROY
static void destroy(xp_plugin* plugin) {
  if (plugin->route) plugin->host->unregister(plugin->host, plugin->route);
  if (plugin->hook) plugin->host->unregister(plugin->host, plugin->hook);
}
#endif

#ifndef MIN_HOST_MINOR
#define MIN_HOST_MINOR 0
#endif
#ifndef SIZE
#define SIZE sizeof(xp_plugin_desc)
#endif

#ifndef OWN_ENTRY
static const xp_plugin_desc kDescriptor = {SIZE,   XP_MINOR, MIN_HOST_MINOR, 0,     ID,      "1.0.0", "MIT",
                                           create, start,    NULL,           drain, destroy, NULL};

const xp_plugin_desc* xp_plugin_entry_v1(void) {
  return &kDescriptor;
}
#endif
