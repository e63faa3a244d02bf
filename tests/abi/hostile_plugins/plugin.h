/* SPDX-License-Identifier: MIT */
/* A tiny plugin that answers every request with 200 and passes every stanza, for those beside it to misuse
 * its host: a file that defines OWN_X before it includes this writes the function x itself. ID is its name.
 *
 * Where its settings name a pipe, {"report": "/path"}, it writes what happens to it there, a line for each:
 * the functions that are called, what the host's functions return, each context that it gives away and each
 * that is released. xp_hostcheck reads that.
 *
 * Threads: none of its own. The one instance is static, because none of these is loaded twice. */
#pragma once

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "xp.h"

#define STR(literal) ((xp_str){literal, sizeof literal - 1})
#define UNUSED __attribute__((unused))

struct xp_plugin {
  const xp_host* host;
  xp_reg *route, *hook;
};

UNUSED static struct xp_plugin instance;
UNUSED static pid_t created_in; /* the process */
UNUSED static int report_fd = -1;

UNUSED static xp_status create(const xp_host* host, xp_str settings_json, xp_plugin** out, xp_error* error);
UNUSED static xp_status start(xp_plugin* plugin, xp_error* error);
UNUSED static void drain(xp_plugin* plugin, uint32_t deadline_ms, void (*done)(void* ctx), void* ctx);
UNUSED static void destroy(xp_plugin* plugin);
UNUSED static void look_at_host(const xp_host* host);
UNUSED static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request);
UNUSED static int32_t on_stanza(void* ctx, const xp_stanza* stanza);

/* A line of the report. What is short goes into a pipe whole, whichever thread writes beside. */
UNUSED static void report(const char* what, const char* value) {
  char line[512];
  const int size = snprintf(line, sizeof line, "%s%s%s\n", what, value ? " " : "", value ? value : "");
  if (report_fd < 0 || size <= 0 || (size_t)size >= sizeof line) return;
  if (write(report_fd, line, (size_t)size) < 0) return; /* what lacks in the report, its reader sees */
}

UNUSED static void report_number(const char* what, long number) {
  char text[32];
  snprintf(text, sizeof text, "%ld", number);
  report(what, text);
}

UNUSED static void report_text(const char* what, xp_str value) {
  char text[400];
  snprintf(text, sizeof text, "%.*s", value.ptr ? (int)value.len : 6, value.ptr ? value.ptr : "absent");
  report(what, text);
}

/* The host calls a function of this plugin. */
UNUSED static void called(const char* function) {
  report(function, NULL);
  if (getpid() != created_in) report("another process", function);
}

/* Takes the path out of {"report": "/path"}: whoever writes it uses no character that JSON would escape, but
 * for '/'. */
UNUSED static void open_report(xp_str settings_json) {
  static const char kKey[] = "\"report\"";
  const size_t key = sizeof kKey - 1;
  char path[256];
  size_t at = 0, length = 0;
  while (at + key <= settings_json.len && memcmp(settings_json.ptr + at, kKey, key) != 0) ++at;
  at += key;
  while (at < settings_json.len && settings_json.ptr[at] != '"') ++at;
  for (++at; at < settings_json.len && settings_json.ptr[at] != '"' && length + 1 < sizeof path; ++at) {
    if (settings_json.ptr[at] != '\\') path[length++] = settings_json.ptr[at];
  }
  path[length] = '\0';
  if (length > 0) report_fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
}

/* What a host may lack that is of a later version than 1.0, or an extension. */
UNUSED static void report_offer(const char* what, int is_there) {
  char text[64];
  snprintf(text, sizeof text, "%s %d", what, is_there != 0);
  report("offers", text);
}

UNUSED static void release(void* ctx) {
  (void)ctx;
  report("released", NULL);
}

/* Each of these gives the host a context. */
UNUSED static xp_status add_route(xp_str subpath, xp_reg** out) {
  report("given", NULL);
  return instance.host->register_route(instance.host, subpath, 4096, on_request, &instance, release, out);
}

UNUSED static xp_status add_hook(uint32_t kinds, xp_reg** out) {
  report("given", NULL);
  return instance.host->on_stanza(instance.host, kinds, 0, on_stanza, &instance, release, out);
}

UNUSED static void watch(xp_exchange* exchange) {
  const xp_watch waiting = {&instance, NULL, NULL, release};
  report("given", NULL);
  instance.host->http_watch(instance.host, exchange, &waiting);
}

UNUSED static int answer(xp_exchange* exchange, int32_t code) {
  const xp_status said =
      instance.host->http_respond(instance.host, exchange, code, NULL, 0, STR("It is so\n"));
  report_number("http_respond", said);
  return said;
}

UNUSED static int say(const char* xml) {
  return instance.host->send_stanza(instance.host, (xp_str){xml, strlen(xml)}, 0, NULL);
}

UNUSED static int say_and_report(const char* xml) {
  const int said = say(xml);
  report_number("send_stanza", said);
  return said;
}

/* More than the host takes, to be freed; NULL: there is no memory for it. */
UNUSED static char* too_long_message(void) {
  static const char kBegin[] = "<message from='hostile.localhost' to='alice@localhost'><body>";
  static const char kEnd[] = "</body></message>";
  const size_t filling = (size_t)instance.host->max_stanza;
  char* xml = malloc(sizeof kBegin + filling + sizeof kEnd);
  if (!xml) return NULL;
  memcpy(xml, kBegin, sizeof kBegin - 1);
  memset(xml + sizeof kBegin - 1, 'x', filling);
  memcpy(xml + sizeof kBegin - 1 + filling, kEnd, sizeof kEnd);
  return xml;
}

#ifndef OWN_LOOK_AT_HOST
static void look_at_host(const xp_host* host) {
  (void)host;
}
#endif

#ifndef OWN_ON_REQUEST
static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request) {
  (void)ctx, (void)request;
  called("request");
  answer(exchange, 200);
}
#endif

#ifndef OWN_ON_STANZA
static int32_t on_stanza(void* ctx, const xp_stanza* stanza) {
  (void)ctx;
  called("stanza");
  report_text("id", stanza->id);
  return XP_PASS;
}
#endif

#ifndef OWN_CREATE
static xp_status create(const xp_host* host, xp_str settings_json, xp_plugin** out, xp_error* error) {
  (void)error;
  instance.host = host;
  created_in = getpid();
  open_report(settings_json);
  called("create");
  report_number("minor", (long)host->minor);
  look_at_host(host);
  *out = &instance;
  add_route(STR(""), &instance.route);
  add_hook(XP_MESSAGE | XP_PRESENCE | XP_IQ, &instance.hook);
  return XP_OK;
}
#endif

#ifndef OWN_START
static xp_status start(xp_plugin* plugin, xp_error* error) {
  (void)plugin, (void)error;
  called("start");
  return XP_OK;
}
#endif

#ifndef OWN_DRAIN
static void drain(xp_plugin* plugin, uint32_t deadline_ms, void (*done)(void* ctx), void* ctx) {
  (void)plugin, (void)deadline_ms;
  called("drain");
  done(ctx);
}
#endif

#ifndef OWN_DESTROY
static void destroy(xp_plugin* plugin) {
  called("destroy");
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

#ifndef GET_EXTENSION
#define GET_EXTENSION NULL
#endif

#ifndef OWN_ENTRY
static const xp_plugin_desc kDescriptor = {SIZE,    XP_MINOR, MIN_HOST_MINOR, 0,     ID,
                                           "1.0.0", "MIT",    create,         start, NULL,
                                           drain,   destroy,  GET_EXTENSION};

const xp_plugin_desc* xp_plugin_entry_v1(void) {
  return &kDescriptor;
}
#endif
