/* SPDX-License-Identifier: MIT */
/* A host as it was written for version 1.0, against the header of that day. It never changes: today's plugins
 * have to go on running in it.
 *
 *   host PLUGIN.so SETTINGS METHOD PATH [STANZA_FROM]
 *
 * It takes the plugin through its life, with one request, and with a message from STANZA_FROM, and prints
 * what comes: `answer CODE BODY`, `sent STANZA`, `verdict N`, `log TEXT`. It fails where a promise of the
 * header is broken.
 *
 * Threads: the plugin's may call at any time; what they change is guarded by `lock`. Memory: a context is
 * released when its registration goes; what is registered after destroy is an error. */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "xp-1.0.h"

#define STR(literal) ((xp_str){literal, sizeof literal - 1})

enum { kPatience = 30, kMaxRegistrations = 16 }; /* seconds; routes and hooks */

struct xp_reg {
  void (*on_request)(void* ctx, xp_exchange*, const xp_request*);
  int32_t (*on_stanza)(void* ctx, const xp_stanza*);
  void* ctx;
  void (*release)(void* ctx);
  char path[64];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct xp_reg registrations[kMaxRegistrations];
static int registered, answered, begun, drained;
static xp_watch watch;

static void say(const char* what, int32_t number, xp_str text) {
  if (number >= 0) {
    printf("%s %d %.*s\n", what, (int)number, (int)text.len, text.ptr ? text.ptr : "");
  } else {
    printf("%s %.*s\n", what, (int)text.len, text.ptr ? text.ptr : "");
  }
  fflush(stdout);
}

static void set(int* flag) {
  pthread_mutex_lock(&lock);
  *flag = 1;
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&lock);
}

static int wait_for(const int* flag) {
  struct timespec end;
  int timeout = 0;
  clock_gettime(CLOCK_REALTIME, &end);
  end.tv_sec += kPatience;
  pthread_mutex_lock(&lock);
  while (!*flag && !timeout) timeout = pthread_cond_timedwait(&changed, &lock, &end);
  const int happened = *flag;
  pthread_mutex_unlock(&lock);
  return happened;
}

static const void* get_extension(const xp_host* host, const char* id) {
  (void)host, (void)id;
  return NULL;
}

static void write_log(const xp_host* host, int32_t level, xp_str text) {
  (void)host;
  say("log", level, text);
}

static xp_status enter(struct xp_reg entry, xp_reg** out) {
  struct xp_reg* place = &registrations[registered];
  if (registered == kMaxRegistrations) {
    entry.release(entry.ctx);
    return XP_INTERNAL;
  }
  ++registered;
  *place = entry;
  if (out) *out = place;
  return XP_OK;
}

static xp_status register_route(const xp_host* host, xp_str subpath, uint64_t max_body,
                                void (*fn)(void* ctx, xp_exchange*, const xp_request*), void* ctx,
                                void (*release)(void* ctx), xp_reg** out) {
  struct xp_reg entry = {fn, NULL, ctx, release, ""};
  (void)max_body;
  snprintf(entry.path, sizeof entry.path, "%s%.*s", host->prefix.ptr, (int)subpath.len, subpath.ptr);
  return enter(entry, out);
}

static xp_status on_stanza(const xp_host* host, uint32_t kinds, int32_t priority,
                           int32_t (*fn)(void* ctx, const xp_stanza*), void* ctx, void (*release)(void* ctx),
                           xp_reg** out) {
  const struct xp_reg entry = {NULL, fn, ctx, release, ""};
  (void)host, (void)kinds, (void)priority;
  return enter(entry, out);
}

static void resume(const xp_host* host, xp_reg* reg) {
  (void)host, (void)reg;
}

static void unregister(const xp_host* host, xp_reg* reg) {
  const struct xp_reg old = *reg;
  (void)host;
  memset(reg, 0, sizeof *reg);
  old.release(old.ctx);
}

static xp_status send_stanza(const xp_host* host, xp_str xml, uint32_t flags, const xp_watch* retry) {
  (void)host, (void)flags;
  say("sent", -1, xml);
  if (retry) retry->release(retry->ctx);
  return XP_OK;
}

static void http_watch(const xp_host* host, xp_exchange* exchange, const xp_watch* given) {
  (void)host, (void)exchange;
  watch = *given;
}

static void http_end(const xp_host* host, xp_exchange* exchange) {
  (void)host, (void)exchange;
  if (watch.release) watch.release(watch.ctx);
  set(&answered);
}

static xp_status http_respond(const xp_host* host, xp_exchange* exchange, int32_t code,
                              const xp_pair* headers, size_t header_count, xp_str body) {
  (void)headers, (void)header_count;
  say("answer", code, body);
  http_end(host, exchange);
  return XP_OK;
}

static xp_status http_begin(const xp_host* host, xp_exchange* exchange, int32_t code, const xp_pair* headers,
                            size_t header_count) {
  (void)host, (void)exchange, (void)headers, (void)header_count;
  begun = 1;
  say("answer", code, STR(""));
  return XP_OK;
}

static xp_status http_write(const xp_host* host, xp_exchange* exchange, xp_str chunk) {
  (void)host, (void)exchange;
  say("chunk", -1, chunk);
  return begun ? XP_OK : XP_INVALID;
}

static void on_done(void* ctx) {
  (void)ctx;
  set(&drained);
}

static int give_up(const char* what, const char* why) {
  printf("error %s: %s\n", what, why);
  return 1;
}

static struct xp_reg* find(int route, const char* path) {
  for (int i = 0; i < registered; ++i) {
    struct xp_reg* reg = &registrations[i];
    if (route ? reg->on_request && strncmp(path, reg->path, strlen(reg->path)) == 0 : reg->on_stanza != NULL)
      return reg;
  }
  return NULL;
}

static xp_str view(const char* text) {
  return (xp_str){text, strlen(text)};
}

int main(int argc, char** argv) {
  if (argc < 5) return give_up("usage", "host PLUGIN.so SETTINGS METHOD PATH [STANZA_FROM]");
  const xp_host host = {sizeof host,    XP_MINOR,     STR("frozen"), STR("1.0.0"),  STR("rest.localhost"),
                        STR("/rest"),   {NULL, 0},    262144,        get_extension, write_log,
                        register_route, on_stanza,    resume,        unregister,    send_stanza,
                        http_watch,     http_respond, http_begin,    http_write,    http_end};
  void* library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (!library) return give_up("dlopen", dlerror());
  const xp_plugin_desc* (*entry)(void) = NULL;
  *(void**)&entry = dlsym(library, "xp_plugin_entry_v1");
  const xp_plugin_desc* plugin = entry ? entry() : NULL;
  if (!plugin || !XP_HAS(xp_plugin_desc, plugin, get_extension) || plugin->min_host_minor > XP_MINOR)
    return give_up("the plugin", "it is none, or wants more than 1.0");
  xp_plugin* instance = NULL;
  xp_error error = {0};
  if (plugin->create(&host, view(argv[2]), &instance, &error) != XP_OK) return give_up("create", error.text);
  if (plugin->start(instance, &error) != XP_OK) return give_up("start", error.text);

  struct xp_reg* route = find(1, argv[4]);
  if (!route) return give_up(argv[4], "no route");
  const xp_request request = {
      sizeof request, 0, view(argv[3]), view(argv[4]), {NULL, 0}, STR(""), STR("127.0.0.1"), NULL, 0};
  route->on_request(route->ctx, (xp_exchange*)&request, &request);
  if (!wait_for(&answered)) return give_up(argv[4], "no answer");

  struct xp_reg* hook = find(0, "");
  if (argc > 5 && hook) {
    const xp_stanza stanza = {sizeof stanza,
                              XP_MESSAGE,
                              0,
                              0,
                              STR("chat"),
                              view(argv[5]),
                              STR("rest.localhost"),
                              STR("m1"),
                              STR("<message type='chat' from='alice@localhost' to='rest.localhost' id='m1'>"
                                  "<body>Hi</body></message>")};
    say("verdict", hook->on_stanza(hook->ctx, &stanza), STR(""));
  }
  plugin->drain(instance, 5000, on_done, NULL);
  if (!wait_for(&drained)) return give_up("drain", "never done");
  plugin->destroy(instance);
  for (int i = 0; i < registered; ++i) {
    if (registrations[i].release) return give_up("destroy", "something is still registered");
  }
  dlclose(library);
  puts("the end");
  return 0;
}
