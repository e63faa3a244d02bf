/* SPDX-License-Identifier: MIT */
/* A plugin that tells the log each step of its life, and goes wrong where its settings say so:
 *   {"fail": "create"}  after it has registered a hook, which it leaves behind
 *   {"fail": "start"}
 *   {"fail": "reload"}  the settings that it is to take while it runs
 *   {"fail": "unsupported"}  the same, where it could not take any
 *   {"ask": "token"}  goes well; at its start it asks the host whose token "t0ken" is, and tells the log
 * Threads: none of its own. Each instance belongs to whoever created it. */
#include <stdlib.h>
#include <string.h>

#include "xp.h"

struct xp_plugin {
  const xp_host* host;
  int fails_to_start, asks;
};

static xp_str str(const char* text) {
  xp_str out = {text, strlen(text)};
  return out;
}

static void say(const xp_host* host, const char* step) {
  host->log(host, XP_INFO, str(step));
}

static int holds(xp_str text, const char* word) {
  const size_t size = strlen(word);
  size_t at = 0;
  for (; at + size <= text.len; ++at) {
    if (memcmp(text.ptr + at, word, size) == 0) return 1;
  }
  return 0;
}

static void on_verdict(void* ctx, xp_status status, const xp_principal* principal) {
  const xp_plugin* self = ctx;
  self->host->log(self->host, XP_INFO, status == XP_OK ? principal->bare_jid : str("nobody's token"));
}

static void ask(xp_plugin* self) {
  const xp_principals* principals = self->host->get_extension(self->host, XP_EXT_PRINCIPAL);
  if (!principals) {
    say(self->host, "no tokens");
  } else {
    principals->check_bearer(self->host, str("t0ken"), on_verdict, self);
  }
}

static int32_t pass(void* ctx, const xp_stanza* stanza) {
  const xp_plugin* self = ctx;
  if (XP_HAS(xp_stanza, stanza, keep) && stanza->keep != 0) say(self->host, "a stanza that may be kept");
  return XP_PASS;
}

static void release(void* ctx) {
  xp_plugin* self = ctx;
  say(self->host, "release");
  free(self);
}

static xp_status create(const xp_host* host, xp_str settings, xp_plugin** out, xp_error* error) {
  xp_plugin* self = malloc(sizeof *self);
  xp_reg* hook = NULL;
  if (!self) return XP_INTERNAL;
  self->host = host;
  self->fails_to_start = holds(settings, "start");
  self->asks = holds(settings, "token");
  say(host, "create");
  /* The hook's release frees the instance. */
  if (host->on_stanza(host, XP_MESSAGE, 0, pass, self, release, &hook) != XP_OK) return XP_INTERNAL;
  if (holds(settings, "create")) {
    memcpy(error->text, "as told", sizeof "as told");
    return XP_INVALID;
  }
  *out = self;
  return XP_OK;
}

static xp_status start(xp_plugin* self, xp_error* error) {
  say(self->host, "start");
  if (self->asks) ask(self);
  if (!self->fails_to_start) return XP_OK;
  memcpy(error->text, "as told", sizeof "as told");
  return XP_INVALID;
}

static xp_status reload(xp_plugin* self, xp_str settings, xp_error* error) {
  say(self->host, "reload");
  if (holds(settings, "unsupported")) return XP_UNSUPPORTED;
  if (!holds(settings, "reload")) return XP_OK;
  memcpy(error->text, "as told", sizeof "as told");
  return XP_INVALID;
}

static void drain(xp_plugin* self, uint32_t deadline_ms, void (*done)(void* ctx), void* ctx) {
  (void)deadline_ms;
  say(self->host, "drain");
  done(ctx);
}

static void destroy(xp_plugin* self) {
  say(self->host, "destroy");
}

static const xp_plugin_desc kDescriptor = {
    sizeof(xp_plugin_desc), XP_MINOR, 0, 0, "life", "1", "MIT", create, start, reload, drain, destroy, NULL};

XP_EXPORT const xp_plugin_desc* xp_plugin_entry_v1(void) {
  return &kDescriptor;
}
