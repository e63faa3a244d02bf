/* SPDX-License-Identifier: MIT */
/* A plugin as it was written for version 1.0, against the header of that day. It calls what a plugin calls of
 * a host, and never changes: today's hosts have to go on loading it.
 *
 * GET prefix/frozen is answered whole, prefix/stream in pieces, a message by another.
 * Threads: nothing changes after create, so nothing is locked. Memory: each context is a copy of its own,
 * which the host frees through release. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xp-1.0.h"

#define STR(literal) ((xp_str){literal, sizeof literal - 1})

struct xp_plugin {
  const xp_host* host;
  const xp_link* link;
  xp_reg *whole, *stream, *hook;
};

static void nothing(void* ctx) {
  (void)ctx;
}

static void on_whole(void* ctx, xp_exchange* exchange, const xp_request* request) {
  const xp_plugin* self = ctx;
  const xp_pair type = {STR("Content-Type"), STR("text/plain")};
  const int large = (request->flags & XP_BODY_TOO_LARGE) != 0;
  const int get = request->method.len == 3 && memcmp(request->method.ptr, "GET", 3) == 0;
  self->host->http_respond(self->host, exchange,
                           large ? 413
                           : get ? 200
                                 : 405,
                           &type, 1, STR("built with 1.0"));
}

static void on_stream(void* ctx, xp_exchange* exchange, const xp_request* request) {
  const xp_plugin* self = ctx;
  const xp_watch watch = {NULL, nothing, nothing, nothing};
  if (request->flags & XP_BODY_TOO_LARGE) {
    self->host->http_respond(self->host, exchange, 413, NULL, 0, STR(""));
    return;
  }
  self->host->http_watch(self->host, exchange, &watch);
  xp_status status = self->host->http_begin(self->host, exchange, 200, NULL, 0);
  if (status == XP_OK) status = self->host->http_write(self->host, exchange, STR("built "));
  if (status == XP_OK) self->host->http_write(self->host, exchange, STR("with 1.0"));
  self->host->http_end(self->host, exchange);
}

static int32_t on_stanza(void* ctx, const xp_stanza* stanza) {
  const xp_plugin* self = ctx;
  const xp_str domain = self->host->domain;
  char reply[1024];
  if (stanza->kind != XP_MESSAGE || (stanza->flags & XP_INJECTED) || !stanza->from.ptr ||
      stanza->from.len > 200)
    return XP_PASS;
  const int length =
      snprintf(reply, sizeof reply, "<message from='%.*s' to='%.*s'><body>built with 1.0</body></message>",
               (int)domain.len, domain.ptr, (int)stanza->from.len, stanza->from.ptr);
  const xp_watch retry = {NULL, NULL, nothing, nothing};
  const xp_status status = self->host->send_stanza(self->host, (xp_str){reply, (size_t)length}, 0, &retry);
  return status == XP_OK ? XP_CONSUME : XP_PASS;
}

static xp_status fail(xp_error* error, xp_status code, const char* text) {
  error->code = code;
  snprintf(error->text, sizeof error->text, "%s", text);
  return code;
}

/* There are no settings; the first one that stands there is named. */
static xp_status refuse(xp_str json, xp_error* error) {
  const char* const quote = json.len > 0 ? memchr(json.ptr, '"', json.len) : NULL;
  const char* const name = quote ? quote + 1 : "";
  const char* const end = quote ? memchr(name, '"', (size_t)(json.ptr + json.len - name)) : NULL;
  fail(error, XP_INVALID, "the settings are not {}");
  if (end && end - name < 100)
    snprintf(error->text, sizeof error->text, "there is no setting %.*s", (int)(end - name), name);
  return XP_INVALID;
}

static xp_status create(const xp_host* host, xp_str settings_json, xp_plugin** out, xp_error* error) {
  if (!XP_HAS(xp_host, host, http_end)) return fail(error, XP_UNSUPPORTED, "the host lacks members of 1.0");
  if (settings_json.len != 2 || memcmp(settings_json.ptr, "{}", 2) != 0) return refuse(settings_json, error);
  xp_plugin* self = calloc(1, sizeof *self);
  if (!self) return fail(error, XP_INTERNAL, "out of memory");
  self->host = host;
  self->link = host->get_extension(host, XP_EXT_LINK);
  *out = self;
  return XP_OK;
}

static xp_plugin* copy_of(const xp_plugin* self) {
  xp_plugin* copy = malloc(sizeof *copy);
  if (!copy) abort();
  *copy = *self;
  return copy;
}

static xp_status start(xp_plugin* self, xp_error* error) {
  const xp_host* host = self->host;
  if (host->register_route(host, STR("/frozen"), 0, on_whole, copy_of(self), free, &self->whole) != XP_OK ||
      host->register_route(host, STR("/stream"), 0, on_stream, copy_of(self), free, &self->stream) != XP_OK ||
      host->on_stanza(host, XP_MESSAGE, 0, on_stanza, copy_of(self), free, &self->hook) != XP_OK)
    return fail(error, XP_INTERNAL, "the host refuses a route or hook");
  if (self->link && XP_HAS(xp_link, self->link, is_up) && self->link->is_up(host))
    host->log(host, XP_INFO, STR("the link is up"));
  return XP_OK;
}

static xp_status reload(xp_plugin* self, xp_str settings_json, xp_error* error) {
  (void)self, (void)settings_json;
  return fail(error, XP_UNSUPPORTED, "there are no settings");
}

static void drain(xp_plugin* self, uint32_t deadline_ms, void (*done)(void* ctx), void* ctx) {
  (void)self, (void)deadline_ms;
  done(ctx);
}

static void destroy(xp_plugin* self) {
  if (self->whole) self->host->unregister(self->host, self->whole);
  if (self->stream) self->host->unregister(self->host, self->stream);
  if (self->hook) self->host->unregister(self->host, self->hook);
  free(self);
}

static const void* get_extension(xp_plugin* self, const char* id) {
  (void)self, (void)id;
  return NULL;
}

static const xp_plugin_desc kDescriptor = {
    sizeof(xp_plugin_desc), XP_MINOR, 0, 0, "frozen", "1.0.0", "MIT", create, start, reload, drain, destroy,
    get_extension,
};

const xp_plugin_desc* xp_plugin_entry_v1(void) {
  return &kDescriptor;
}
