/* SPDX-License-Identifier: MIT */
/* A small plugin that keeps every rule, for those beside it to break one: a file that defines OWN_X before it
 * includes this writes the function x itself. It answers requests, streams one of them, asks for those that
 * post an iq, and echoes messages.
 *
 * Threads: any; the lock guards what is parked and is never held while the host is called. An instance is
 * freed when its last context is released, or in destroy, whichever is later. */
#pragma once

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xp.h"

#define STR(literal) ((xp_str){literal, sizeof literal - 1})
#define UNUSED __attribute__((unused))

enum { kMaxParked = 512 };

typedef struct {
  xp_exchange* exchange; /* NULL: free */
  char id[64], to[64];
} parked;

struct xp_plugin {
  const xp_host* host;
  int references; /* the host's instance, the route and the hook */
  xp_reg* route;
  xp_reg* hook;
  pthread_mutex_t lock;
  int draining;
  parked parked[kMaxParked];
};

UNUSED static xp_status create(const xp_host* host, xp_str settings_json, xp_plugin** out, xp_error* error);
UNUSED static xp_status start(xp_plugin* plugin, xp_error* error);
UNUSED static xp_status reload(xp_plugin* plugin, xp_str settings_json, xp_error* error);
UNUSED static void drain(xp_plugin* plugin, uint32_t deadline_ms, void (*done)(void* ctx), void* ctx);
UNUSED static void destroy(xp_plugin* plugin);
UNUSED static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request);
UNUSED static int32_t on_stanza(void* ctx, const xp_stanza* stanza);
UNUSED static void answer(xp_plugin* plugin, xp_exchange* exchange, int32_t code);
UNUSED static void echo(xp_plugin* plugin, const xp_stanza* stanza);
UNUSED static void release(void* ctx);

UNUSED static xp_status fail(xp_error* error, xp_status code, const char* text) {
  error->code = code;
  snprintf(error->text, sizeof error->text, "%s", text);
  return code;
}

UNUSED static int same(xp_str a, const char* b) {
  return a.len == strlen(b) && (a.len == 0 || memcmp(a.ptr, b, a.len) == 0);
}

/* The text between `before` and the next quote, where it is short; else nothing. */
UNUSED static void between(xp_str text, const char* before, char* out, size_t room) {
  const size_t size = strlen(before);
  *out = '\0';
  for (size_t i = 0; text.ptr && i + size < text.len; ++i) {
    if (memcmp(text.ptr + i, before, size) != 0) continue;
    const char* begin = text.ptr + i + size;
    const char* end = memchr(begin, '\'', text.len - i - size);
    if (end && (size_t)(end - begin) < room) snprintf(out, room, "%.*s", (int)(end - begin), begin);
    return;
  }
}

#ifndef OWN_RELEASE
static void release(void* ctx) {
  xp_plugin* plugin = ctx;
  pthread_mutex_lock(&plugin->lock);
  const int left = --plugin->references;
  pthread_mutex_unlock(&plugin->lock);
  if (left > 0) return;
  pthread_mutex_destroy(&plugin->lock);
  free(plugin);
}
#endif

UNUSED static void watch_release(void* ctx) {
  (void)ctx;
}

#ifndef OWN_ANSWER
static void answer(xp_plugin* plugin, xp_exchange* exchange, int32_t code) {
  const xp_pair type = {STR("Content-Type"), STR("text/plain")};
  plugin->host->http_respond(plugin->host, exchange, code, &type, 1, STR("It is so\n"));
}
#endif

/* Leaves the exchange open until the answer comes to what is asked here; returns 0 where it cannot. */
UNUSED static int ask(xp_plugin* plugin, xp_exchange* exchange, xp_str body) {
  char id[64], to[64], xml[256];
  parked* place = NULL;
  between(body, "id='", id, sizeof id);
  between(body, "to='", to, sizeof to);
  pthread_mutex_lock(&plugin->lock);
  for (size_t i = 0; i < kMaxParked && !place && !plugin->draining; ++i) {
    if (!plugin->parked[i].exchange) place = &plugin->parked[i];
  }
  if (place) {
    place->exchange = exchange;
    memcpy(place->id, id, sizeof id);
    memcpy(place->to, to, sizeof to);
  }
  pthread_mutex_unlock(&plugin->lock);
  if (!place) return 0;
  const int size = snprintf(xml, sizeof xml, "<iq type='get' id='%s' from='%.*s' to='%s'/>", id,
                            (int)plugin->host->domain.len, plugin->host->domain.ptr, to);
  if (plugin->host->send_stanza(plugin->host, (xp_str){xml, (size_t)size}, 0, NULL) == XP_OK) return 1;
  pthread_mutex_lock(&plugin->lock);
  const int mine = place->exchange == exchange;
  if (mine) place->exchange = NULL;
  pthread_mutex_unlock(&plugin->lock);
  return !mine;
}

/* Takes out what waits for this answer; NULL where nobody does. */
UNUSED static xp_exchange* take(xp_plugin* plugin, const xp_stanza* stanza) {
  xp_exchange* exchange = NULL;
  pthread_mutex_lock(&plugin->lock);
  for (size_t i = 0; i < kMaxParked && !exchange; ++i) {
    parked* each = &plugin->parked[i];
    if (!each->exchange || !same(stanza->id, each->id) || !same(stanza->from, each->to)) continue;
    if (stanza->to.len != plugin->host->domain.len) continue;
    exchange = each->exchange;
    each->exchange = NULL;
  }
  pthread_mutex_unlock(&plugin->lock);
  return exchange;
}

#ifndef OWN_ON_REQUEST
static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request) {
  xp_plugin* plugin = ctx;
  const xp_host* host = plugin->host;
  const xp_watch watch = {plugin, NULL, NULL, watch_release};
  host->http_watch(host, exchange, &watch);
  if (request->flags & XP_BODY_TOO_LARGE) {
    answer(plugin, exchange, 413);
  } else if (same(request->method, "POST") && request->body.len > 3 &&
             memcmp(request->body.ptr, "<iq", 3) == 0) {
    if (!ask(plugin, exchange, request->body)) answer(plugin, exchange, 503);
  } else if (same(request->method, "GET")) {
    if (host->http_begin(host, exchange, 200, NULL, 0) == XP_OK)
      host->http_write(host, exchange, STR("A stream\n"));
    host->http_end(host, exchange);
  } else {
    answer(plugin, exchange, 405);
  }
}
#endif

#ifndef OWN_ECHO
static void echo(xp_plugin* plugin, const xp_stanza* stanza) {
  char xml[256];
  if (stanza->kind != XP_MESSAGE || !same(stanza->type, "chat") || stanza->from.len > 100) return;
  const int size =
      snprintf(xml, sizeof xml, "<message from='%.*s' to='%.*s'/>", (int)plugin->host->domain.len,
               plugin->host->domain.ptr, (int)stanza->from.len, stanza->from.ptr);
  plugin->host->send_stanza(plugin->host, (xp_str){xml, (size_t)size}, 0, NULL);
}
#endif

#ifndef OWN_ON_STANZA
static int32_t on_stanza(void* ctx, const xp_stanza* stanza) {
  xp_plugin* plugin = ctx;
  if (stanza->kind == XP_IQ && (same(stanza->type, "result") || same(stanza->type, "error"))) {
    xp_exchange* exchange = take(plugin, stanza);
    if (exchange) answer(plugin, exchange, 200);
    return exchange ? XP_CONSUME : XP_PASS;
  }
  echo(plugin, stanza);
  return XP_PASS;
}
#endif

#ifndef OWN_CREATE
static xp_status create(const xp_host* host, xp_str settings_json, xp_plugin** out, xp_error* error) {
  char text[128];
  if (!XP_HAS(xp_host, host, http_end)) return fail(error, XP_UNSUPPORTED, "the host's table is too short");
  if (settings_json.len != 2 || memcmp(settings_json.ptr, "{}", 2) != 0) {
    snprintf(text, sizeof text, "there are no settings, and so none such as %.*s",
             settings_json.len < 64 ? (int)settings_json.len : 64,
             settings_json.ptr ? settings_json.ptr : "");
    return fail(error, XP_INVALID, text);
  }
  xp_plugin* plugin = calloc(1, sizeof *plugin);
  if (!plugin) return fail(error, XP_INTERNAL, "out of memory");
  plugin->host = host;
  plugin->references = 1;
  pthread_mutex_init(&plugin->lock, NULL);
  *out = plugin;
  return XP_OK;
}
#endif

#ifndef OWN_START
static xp_status start(xp_plugin* plugin, xp_error* error) {
  const xp_host* host = plugin->host;
  plugin->references += 2;
  const xp_status route =
      host->register_route(host, STR(""), 4096, on_request, plugin, release, &plugin->route);
  const xp_status hook =
      host->on_stanza(host, XP_MESSAGE | XP_IQ, 0, on_stanza, plugin, release, &plugin->hook);
  return route == XP_OK && hook == XP_OK ? XP_OK
                                         : fail(error, XP_INTERNAL, "the host refused a registration");
}
#endif

#ifndef OWN_RELOAD
static xp_status reload(xp_plugin* plugin, xp_str settings_json, xp_error* error) {
  (void)plugin, (void)settings_json;
  return fail(error, XP_UNSUPPORTED, "load it anew instead");
}
#endif

/* Ends everything that is parked. */
UNUSED static void end_all(xp_plugin* plugin) {
  for (size_t i = 0; i < kMaxParked; ++i) {
    pthread_mutex_lock(&plugin->lock);
    xp_exchange* exchange = plugin->parked[i].exchange;
    plugin->parked[i].exchange = NULL;
    plugin->draining = 1;
    pthread_mutex_unlock(&plugin->lock);
    if (exchange) answer(plugin, exchange, 503);
  }
}

#ifndef OWN_DRAIN
static void drain(xp_plugin* plugin, uint32_t deadline_ms, void (*done)(void* ctx), void* ctx) {
  (void)deadline_ms;
  end_all(plugin);
  done(ctx);
}
#endif

#ifndef OWN_DESTROY
static void destroy(xp_plugin* plugin) {
  if (plugin->route) plugin->host->unregister(plugin->host, plugin->route);
  if (plugin->hook) plugin->host->unregister(plugin->host, plugin->hook);
  release(plugin);
}
#endif

#ifndef OWN_LICENSE
#define OWN_LICENSE "MIT"
#endif

#ifndef OWN_ENTRY
static const xp_plugin_desc kDescriptor = {sizeof(xp_plugin_desc),
                                           XP_MINOR,
                                           0,
                                           0,
                                           "broken",
                                           "1.0.0",
                                           OWN_LICENSE,
                                           create,
                                           start,
                                           reload,
                                           drain,
                                           destroy,
                                           NULL};

const xp_plugin_desc* xp_plugin_entry_v1(void) {
  return &kDescriptor;
}
#endif
