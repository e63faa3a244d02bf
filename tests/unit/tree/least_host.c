/* SPDX-License-Identifier: MIT */
/* The least host: a C99 program that loads restanza.so, posts a message and an iq through it and shows what
 * comes out. The place of an HTTP server and of an XMPP router is taken by a few lines each.
 *
 *   cc -std=c99 -I plugin/include tests/unit/tree/least_host.c -o least_host -ldl && ./least_host
 * build/plugin/restanza.so
 *
 * Threads: requests are posted, stanzas sent and hooks called on the main thread here, so nothing is locked;
 * only drained() may come on another. The host owns its routes and hooks and what the plugin gave it with
 * them, and releases that when the plugin unregisters. */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "xp.h"

#define STR(literal) ((xp_str){literal, sizeof literal - 1})

/* A route or a hook of the one plugin. */
struct xp_reg {
  void (*route)(void* ctx, xp_exchange*, const xp_request*);
  int32_t (*hook)(void* ctx, const xp_stanza*);
  void* ctx;
  void (*release)(void* ctx);
};
static struct xp_reg registered[8];
static size_t registered_count;

/* The one request in flight. Its number is its handle, so that one that was used up is recognized. */
static uintptr_t request_number;
static int32_t answered; /* the status; 0: not yet */
static xp_watch watch;

static int drain_pipe[2];

static xp_status keep(struct xp_reg entry, xp_reg** out) {
  if (registered_count == sizeof registered / sizeof *registered) {
    entry.release(entry.ctx);
    return XP_INTERNAL;
  }
  registered[registered_count] = entry;
  if (out) *out = &registered[registered_count];
  ++registered_count;
  return XP_OK;
}

static const void* my_get_extension(const xp_host* host, const char* id) {
  (void)host, (void)id;
  return NULL;
}

static void my_log(const xp_host* host, int32_t level, xp_str text) {
  (void)host;
  fprintf(stderr, "log %d: %.*s\n", (int)level, (int)text.len, text.ptr);
}

static xp_status my_register_route(const xp_host* host, xp_str subpath, uint64_t max_body,
                                   void (*fn)(void* ctx, xp_exchange*, const xp_request*), void* ctx,
                                   void (*release)(void* ctx), xp_reg** out) {
  (void)host, (void)subpath, (void)max_body;
  return keep((struct xp_reg){fn, NULL, ctx, release}, out);
}

static xp_status my_on_stanza(const xp_host* host, uint32_t kinds, int32_t priority,
                              int32_t (*fn)(void* ctx, const xp_stanza*), void* ctx,
                              void (*release)(void* ctx), xp_reg** out) {
  (void)host, (void)kinds, (void)priority;
  return keep((struct xp_reg){NULL, fn, ctx, release}, out);
}

static void my_resume(const xp_host* host, xp_reg* reg) {
  (void)host, (void)reg;
}

static void my_unregister(const xp_host* host, xp_reg* reg) {
  (void)host;
  reg->route = NULL;
  reg->hook = NULL;
  reg->release(reg->ctx);
}

/* Here a server would copy the text into its router. */
static xp_status my_send_stanza(const xp_host* host, xp_str xml, uint32_t flags, const xp_watch* retry) {
  (void)host, (void)flags;
  printf("sent %.*s\n", (int)xml.len, xml.ptr);
  if (retry && retry->release) retry->release(retry->ctx);
  return XP_OK;
}

static int in_flight(const xp_exchange* exchange) {
  return (uintptr_t)exchange == request_number && answered == 0;
}

static void my_http_watch(const xp_host* host, xp_exchange* exchange, const xp_watch* given) {
  (void)host;
  if (in_flight(exchange)) {
    watch = *given;
  } else if (given->release) {
    given->release(given->ctx);
  }
}

static xp_status my_http_respond(const xp_host* host, xp_exchange* exchange, int32_t code,
                                 const xp_pair* headers, size_t header_count, xp_str body) {
  const xp_watch used_up = watch;
  (void)host;
  if (!in_flight(exchange)) return XP_INVALID;
  answered = code;
  memset(&watch, 0, sizeof watch);
  printf("HTTP %d\n", (int)code);
  for (size_t i = 0; i < header_count; ++i) {
    printf("%.*s: %.*s\n", (int)headers[i].name.len, headers[i].name.ptr, (int)headers[i].value.len,
           headers[i].value.ptr);
  }
  printf("%.*s\n", (int)body.len, body.len ? body.ptr : "");
  if (used_up.release) used_up.release(used_up.ctx);
  return XP_OK;
}

static xp_status my_http_begin(const xp_host* host, xp_exchange* exchange, int32_t code,
                               const xp_pair* headers, size_t header_count) {
  return my_http_respond(host, exchange, code, headers, header_count, STR(""));
}

static xp_status my_http_write(const xp_host* host, xp_exchange* exchange, xp_str chunk) {
  (void)host, (void)exchange;
  printf("%.*s", (int)chunk.len, chunk.ptr);
  return XP_OK;
}

static void my_http_end(const xp_host* host, xp_exchange* exchange) {
  (void)host, (void)exchange;
}

/* What an HTTP server does with a request below the prefix; the status, or 0 where the answer comes later. */
static int32_t post(xp_str body) {
  const xp_pair headers[] = {
      {STR("Content-Type"), STR("application/xmpp+xml")},
      {STR("Authorization"), STR("Basic cmVzdC5sb2NhbGhvc3Q6czNjcmV0")}}; /* rest.localhost:s3cret */
  const xp_request request = {.size = sizeof request,
                              .method = STR("POST"),
                              .path = STR("/rest"),
                              .body = body,
                              .peer = STR("127.0.0.1"),
                              .headers = headers,
                              .header_count = sizeof headers / sizeof *headers};
  ++request_number;
  answered = 0;
  for (size_t i = 0; i < registered_count; ++i) {
    if (registered[i].route) {
      registered[i].route(registered[i].ctx, (xp_exchange*)request_number, &request);
      break;
    }
  }
  return answered;
}

/* What a router does with a stanza for the plugin's domain. */
static int32_t deliver(const xp_stanza* stanza) {
  int32_t said = XP_PASS;
  for (size_t i = 0; i < registered_count && said == XP_PASS; ++i) {
    if (registered[i].hook) said = registered[i].hook(registered[i].ctx, stanza);
  }
  return said;
}

static void drained(void* ctx) {
  (void)ctx;
  if (write(drain_pipe[1], "", 1) != 1) perror("write");
}

/* A message is accepted; an iq waits, until its answer comes to the hook. */
static int round_trips(void) {
  const xp_stanza answer = {
      .size = sizeof answer,
      .kind = XP_IQ,
      .type = STR("result"),
      .from = STR("alice@localhost"),
      .to = STR("bot@rest.localhost"),
      .id = STR("1"),
      .xml = STR("<iq type='result' id='1' from='alice@localhost' to='bot@rest.localhost'/>")};
  if (post(STR("<message to='alice@localhost' from='bot@rest.localhost'><body>Hi</body></message>")) != 202)
    return 0;
  if (post(STR("<iq type='get' id='1' to='alice@localhost' from='bot@rest.localhost'>"
               "<ping xmlns='urn:xmpp:ping'/></iq>")) != 0)
    return 0;
  return deliver(&answer) == XP_CONSUME && answered == 200;
}

int main(int argc, char** argv) {
  void* library = dlopen(argc > 1 ? argv[1] : "./restanza.so", RTLD_NOW | RTLD_LOCAL);
  if (!library || pipe(drain_pipe) != 0) {
    fprintf(stderr, "%s\n", library ? "no pipe" : dlerror());
    return 1;
  }
  const xp_plugin_desc* (*entry)(void);
  *(void**)&entry = dlsym(library, "xp_plugin_entry_v1"); /* POSIX's way: C has no such conversion */
  if (!entry) return 1;
  const xp_plugin_desc* plugin = entry();
  if (plugin->size < sizeof *plugin || plugin->min_host_minor > XP_MINOR) return 1;

  const xp_host host = {.size = sizeof host,
                        .minor = XP_MINOR,
                        .name = STR("embed"),
                        .version = STR("1"),
                        .domain = STR("rest.localhost"),
                        .prefix = STR("/rest"),
                        .max_stanza = 262144,
                        .get_extension = my_get_extension,
                        .log = my_log,
                        .register_route = my_register_route,
                        .on_stanza = my_on_stanza,
                        .resume = my_resume,
                        .unregister = my_unregister,
                        .send_stanza = my_send_stanza,
                        .http_watch = my_http_watch,
                        .http_respond = my_http_respond,
                        .http_begin = my_http_begin,
                        .http_write = my_http_write,
                        .http_end = my_http_end};
  xp_plugin* instance = NULL;
  xp_error error = {0};
  if (plugin->create(&host, STR("{\"component_secret\": \"s3cret\"}"), &instance, &error) != XP_OK) {
    fprintf(stderr, "%s\n", error.text);
    return 1;
  }
  const int worked = plugin->start(instance, &error) == XP_OK && round_trips();
  char byte;
  plugin->drain(instance, 10000, drained, NULL);
  if (read(drain_pipe[0], &byte, 1) != 1) return 1; /* one byte: drained() says that nothing is left */
  plugin->destroy(instance);
  dlclose(library);
  return worked ? 0 : 1;
}
