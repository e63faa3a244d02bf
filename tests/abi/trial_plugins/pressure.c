/* SPDX-License-Identifier: MIT */
/* What a host has to bear and neither restanza nor the least plugin does: a hook that is busy until a request
 * to /resume, another one behind it, and at /stream an answer of 8 MiB that goes as fast as its client reads.
 *
 * Threads: any; what is counted is guarded by the instance's lock, and a stream is one call at a time. */
#define OWN_START
#define OWN_DESTROY
#define OWN_ON_REQUEST
#define OWN_ON_STANZA
#include "../broken_plugins/plugin.h"

enum { kChunk = 65536, kChunks = 128 };

static xp_reg* second_hook;
static int resumed;

typedef struct {
  const xp_host* host;
  xp_exchange* exchange;
  int chunks, over;
} stream;

/* Writes what there is room for; the watch calls again. */
static void go_on(void* ctx) {
  static const char kLetters[kChunk] = {'x'};
  stream* s = ctx;
  while (!s->over) {
    const xp_status status = s->host->http_write(s->host, s->exchange, (xp_str){kLetters, kChunk});
    if (status == XP_WOULD_BLOCK) return;
    s->over = status != XP_OK || ++s->chunks == kChunks;
    if (!s->over) continue;
    s->host->http_end(s->host, s->exchange); /* may release the stream */
    return;
  }
}

static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request) {
  xp_plugin* plugin = ctx;
  const xp_host* host = plugin->host;
  if (same(request->path, "/rest/stream")) {
    stream* s = calloc(1, sizeof *s);
    if (!s) abort();
    s->host = host;
    s->exchange = exchange;
    const xp_watch watch = {s, go_on, go_on, free};
    if (host->http_begin(host, exchange, 200, NULL, 0) != XP_OK) s->over = 1;
    host->http_watch(host, exchange, &watch);
    go_on(s);
    return;
  }
  pthread_mutex_lock(&plugin->lock);
  resumed = same(request->path, "/rest/resume");
  pthread_mutex_unlock(&plugin->lock);
  if (same(request->path, "/rest/resume")) host->resume(host, plugin->hook);
  answer(plugin, exchange, 200);
}

static int32_t on_stanza(void* ctx, const xp_stanza* stanza) {
  xp_plugin* plugin = ctx;
  (void)stanza;
  pthread_mutex_lock(&plugin->lock);
  const int busy = !resumed;
  pthread_mutex_unlock(&plugin->lock);
  if (busy) plugin->host->log(plugin->host, XP_INFO, STR("the hook is busy"));
  return busy ? XP_BUSY : XP_PASS;
}

/* Less priority: says what came through. */
static int32_t on_passed(void* ctx, const xp_stanza* stanza) {
  xp_plugin* plugin = ctx;
  char xml[128];
  const int size =
      snprintf(xml, sizeof xml, "<message from='rest.localhost' to='x@localhost' id='passed-%.*s'/>",
               stanza->id.len < 40 ? (int)stanza->id.len : 40, stanza->id.ptr);
  plugin->host->send_stanza(plugin->host, (xp_str){xml, (size_t)size}, 0, NULL);
  return XP_CONSUME;
}

static xp_status start(xp_plugin* plugin, xp_error* error) {
  const xp_host* host = plugin->host;
  plugin->references += 3;
  if (host->on_stanza(host, XP_MESSAGE, 5, on_passed, plugin, release, &second_hook) == XP_OK &&
      host->on_stanza(host, XP_MESSAGE, 10, on_stanza, plugin, release, &plugin->hook) == XP_OK &&
      host->register_route(host, STR(""), 4096, on_request, plugin, release, &plugin->route) == XP_OK)
    return XP_OK;
  return fail(error, XP_INTERNAL, "the host refused a registration");
}

static void destroy(xp_plugin* plugin) {
  plugin->host->unregister(plugin->host, plugin->route);
  plugin->host->unregister(plugin->host, plugin->hook);
  plugin->host->unregister(plugin->host, second_hook);
  release(plugin);
}
