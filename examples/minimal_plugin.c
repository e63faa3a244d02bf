/* SPDX-License-Identifier: MIT */
/* The least plugin: C99 and nothing else. GET <prefix>/hello is answered with a greeting, and a ping
 * (XEP-0199) to the domain with its result. It takes one setting, {"greeting": "..."}.
 *
 *   cc -std=c99 -shared -fPIC -fvisibility=hidden -I plugin/include examples/minimal_plugin.c -o
 * minimal_plugin.so
 *
 * Threads: any number of calls at once, and nothing is locked, because nothing changes after create: the
 * route and the hook each have a copy of what they need, and the host frees it through release when its last
 * call is over. Everything is answered inside the call that asks, so a drain has nothing to wait for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xp.h"

#define STR(literal) ((xp_str){(literal), sizeof(literal) - 1})

enum { kMaxGreeting = 200, kMaxReply = 8192 };

struct xp_plugin {
  const xp_host* host;
  char greeting[kMaxGreeting + 1];
  xp_reg* route;
  xp_reg* hook;
};

static xp_status fail(xp_error* error, xp_status code, const char* what, xp_str which) {
  const int shown = which.len < 100 ? (int)which.len : 100;
  error->code = code;
  snprintf(error->text, sizeof error->text, "%s%.*s", what, shown, which.ptr ? which.ptr : "");
  return code;
}

static int equal(xp_str a, xp_str b) {
  return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* --- Settings: an object with at most one member, whose value is a text without escapes. --- */

static const char* skip_space(const char* at, const char* end) {
  while (at < end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n')) ++at;
  return at;
}

/* The text between the quotes that begin at `at`, and the place behind it; NULL where there is none. */
static const char* read_text(const char* at, const char* end, xp_str* out) {
  if (at == end || *at != '"') return NULL;
  out->ptr = ++at;
  while (at < end && *at != '"') {
    if (*at == '\\' || (unsigned char)*at < 0x20) return NULL;
    ++at;
  }
  out->len = (size_t)(at - out->ptr);
  return at < end ? at + 1 : NULL;
}

static xp_status read_settings(xp_str json, xp_plugin* plugin, xp_error* error) {
  static const char kWanted[] = "the settings are no object of texts without escapes";
  const char* at = json.ptr;
  const char* end = json.ptr ? json.ptr + json.len : NULL;
  xp_str key = {NULL, 0}, value = {NULL, 0};
  int seen = 0;
  at = skip_space(at, end);
  if (at == end || *at++ != '{') return fail(error, XP_INVALID, kWanted, STR(""));
  at = skip_space(at, end);
  while (at < end && *at == '"') {
    if (!(at = read_text(at, end, &key))) return fail(error, XP_INVALID, kWanted, STR(""));
    if (!equal(key, STR("greeting"))) return fail(error, XP_INVALID, "there is no setting ", key);
    if (seen++) return fail(error, XP_INVALID, "a setting stands twice: ", key);
    at = skip_space(at, end);
    if (at == end || *at++ != ':' || !(at = read_text(skip_space(at, end), end, &value))) {
      return fail(error, XP_INVALID, "this setting is no text without escapes: ", key);
    }
    if (value.len > kMaxGreeting) return fail(error, XP_INVALID, "this setting is too long: ", key);
    memcpy(plugin->greeting, value.ptr, value.len);
    plugin->greeting[value.len] = '\0';
    at = skip_space(at, end);
    if (at == end || *at != ',') break;
    at = skip_space(at + 1, end);
    if (at == end || *at != '"') return fail(error, XP_INVALID, kWanted, STR(""));
  }
  if (at == end || *at++ != '}' || skip_space(at, end) != end)
    return fail(error, XP_INVALID, kWanted, STR(""));
  return XP_OK;
}

/* --- The route. Whatever comes is answered here and now, exactly once. --- */

static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request) {
  const xp_plugin* self = ctx;
  const xp_pair plain = {STR("Content-Type"), STR("text/plain; charset=utf-8")};
  const xp_pair allow = {STR("Allow"), STR("GET")};
  const xp_str greeting = {self->greeting, strlen(self->greeting)};
  if (request->flags & XP_BODY_TOO_LARGE) {
    self->host->http_respond(self->host, exchange, 413, &plain, 1, STR("Too large\n"));
  } else if (!equal(request->method, STR("GET"))) {
    self->host->http_respond(self->host, exchange, 405, &allow, 1, STR(""));
  } else {
    self->host->http_respond(self->host, exchange, 200, &plain, 1, greeting);
  }
}

/* --- The hook. --- */

/* Whether the root's first child is <ping xmlns='urn:xmpp:ping'>, written without a prefix. A ping in other
 * clothes is not taken, so that the host answers it. */
static int is_ping(xp_str xml) {
  static const char* const kNames[] = {"xmlns='urn:xmpp:ping'", "xmlns=\"urn:xmpp:ping\""};
  const char* end = xml.ptr + xml.len;
  const char* at = xml.ptr;
  char quote = '\0';
  for (; at < end && (quote || *at != '>'); ++at) { /* a '>' may stand in an attribute */
    if (!quote && (*at == '\'' || *at == '"')) {
      quote = *at;
    } else if (*at == quote) {
      quote = '\0';
    }
  }
  at = at < end ? skip_space(at + 1, end) : end;
  if (end - at < 6 || memcmp(at, "<ping ", 6) != 0) return 0;
  at = skip_space(at + 5, end);
  for (size_t i = 0; i < 2; ++i) {
    const size_t length = strlen(kNames[i]);
    if ((size_t)(end - at) > length && memcmp(at, kNames[i], length) == 0) return 1;
  }
  return 0;
}

/* Appends `text` as it may stand in an attribute. Returns 0 where it does not fit or XML has no such
 * character. */
static int append(char* out, size_t* used, xp_str text, int escaped) {
  for (size_t i = 0; i < text.len; ++i) {
    const unsigned char c = (unsigned char)text.ptr[i];
    char one[8] = {(char)c, '\0'};
    if (escaped && (c < 0x20 || strchr("<>&'\"", c))) {
      if (c < 0x20 && c != '\t' && c != '\n' && c != '\r') return 0;
      snprintf(one, sizeof one, "&#%u;", (unsigned)c);
    }
    for (const char* p = one; *p; ++p) {
      if (*used == kMaxReply) return 0;
      out[(*used)++] = *p;
    }
  }
  return 1;
}

static int32_t on_stanza(void* ctx, const xp_stanza* stanza) {
  const xp_plugin* self = ctx;
  const xp_host* host = self->host;
  char reply[kMaxReply];
  size_t used = 0;
  if (stanza->kind != XP_IQ || !equal(stanza->type, STR("get")) || !equal(stanza->to, host->domain) ||
      !stanza->from.ptr || !stanza->xml.ptr || !is_ping(stanza->xml))
    return XP_PASS;
  if (!append(reply, &used, STR("<iq type='result' id='"), 0) || !append(reply, &used, stanza->id, 1) ||
      !append(reply, &used, STR("' from='"), 0) || !append(reply, &used, host->domain, 1) ||
      !append(reply, &used, STR("' to='"), 0) || !append(reply, &used, stanza->from, 1) ||
      !append(reply, &used, STR("'/>"), 0))
    return XP_PASS;
  /* Where the host has no room the stanza is not taken either: an iq must not stay without an answer. */
  return host->send_stanza(host, (xp_str){reply, used}, 0, NULL) == XP_OK ? XP_CONSUME : XP_PASS;
}

/* --- The life of an instance. --- */

static xp_status create(const xp_host* host, xp_str settings_json, xp_plugin** out, xp_error* error) {
  xp_plugin* plugin;
  xp_status status;
  /* A longer table is a newer host and fine; everything that is called here must be in it. */
  if (!XP_HAS(xp_host, host, http_end)) {
    return fail(error, XP_UNSUPPORTED, "the host's table lacks functions of version 1.0", STR(""));
  }
  plugin = calloc(1, sizeof *plugin);
  if (!plugin) return fail(error, XP_INTERNAL, "out of memory", STR(""));
  plugin->host = host;
  memcpy(plugin->greeting, "Hello\n", sizeof "Hello\n");
  status = read_settings(settings_json, plugin, error);
  if (status == XP_OK) {
    *out = plugin;
  } else {
    free(plugin);
  }
  return status;
}

static xp_status start(xp_plugin* plugin, xp_error* error) {
  const xp_host* host = plugin->host;
  xp_plugin* for_route = malloc(sizeof *for_route);
  xp_plugin* for_hook = malloc(sizeof *for_hook);
  if (!for_route || !for_hook) {
    free(for_route);
    free(for_hook);
    return fail(error, XP_INTERNAL, "out of memory", STR(""));
  }
  *for_route = *for_hook = *plugin;
  /* From here on the host owns both, also where it refuses them. */
  const xp_status route =
      host->register_route(host, STR("/hello"), 0, on_request, for_route, free, &plugin->route);
  const xp_status hook = host->on_stanza(host, XP_IQ, 0, on_stanza, for_hook, free, &plugin->hook);
  if (route != XP_OK) return fail(error, route, "the host refused the route /hello below ", host->prefix);
  if (hook != XP_OK) return fail(error, hook, "the host refused the hook", STR(""));
  return XP_OK;
}

static void drain(xp_plugin* plugin, uint32_t deadline_ms, void (*done)(void* ctx), void* ctx) {
  (void)plugin, (void)deadline_ms;
  done(ctx);
}

static void destroy(xp_plugin* plugin) {
  if (plugin->route) plugin->host->unregister(plugin->host, plugin->route);
  if (plugin->hook) plugin->host->unregister(plugin->host, plugin->hook);
  free(plugin);
}

static const xp_plugin_desc kDescriptor = {
    .size = sizeof(xp_plugin_desc),
    .minor = XP_MINOR,
    .min_host_minor = 0,
    .id = "minimal",
    .version = "1.0.0",
    .license = "MIT",
    .create = create,
    .start = start,
    .drain = drain,
    .destroy = destroy,
};

const xp_plugin_desc* xp_plugin_entry_v1(void) {
  return &kDescriptor;
}
