/* SPDX-License-Identifier: MIT */
/* A host in one file: C99 and POSIX, one loop with poll. It loads any plugin, serves its routes over HTTP,
 * and has a pipe for a network: each line of standard input is a stanza for the plugin, each line of standard
 * output one from it. It ends with its input, or with SIGTERM, once the plugin is drained.
 *
 *   cc -std=c99 -D_POSIX_C_SOURCE=200809L -I plugin/include tests/abi/minimal_host.c -o minimal_host -ldl
 * -pthread
 *   ./minimal_host PLUGIN.so --domain rest.localhost [--settings '{...}'] [--prefix /rest] [--port N]
 *
 * HTTP is of the least kind: on loopback, bodies with Content-Length, one request a connection, no timeouts;
 * a client that closes its side has left. There are no accounts: every bearer token is denied.
 *
 * Threads: the loop alone calls handlers, hooks and watches. The functions of xp_host come on any thread:
 * they change what `lock` guards and wake the loop through a pipe. No lock is held while the plugin is
 * called. Memory: what the plugin gave with a release is released once, by whoever takes it out of its place.
 */
#include <ctype.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "xp.h"

#define STR(literal) ((xp_str){literal, sizeof literal - 1})

enum {
  kMaxStanza = 262144,    /* bytes of a stanza, both ways */
  kMaxUnsent = 1 << 20,   /* bytes; past it XP_WOULD_BLOCK */
  kMaxHead = 16384,       /* bytes of a request before its body; past it 431 */
  kMaxHeaders = 64,       /* past it 431 */
  kMaxBody = 1 << 20,     /* bytes, whatever a route takes; past it the route hears XP_BODY_TOO_LARGE */
  kMaxAhead = 1 << 16,    /* bytes of a body in pieces; past it no more is received until it is asked for */
  kMaxClients = 64,       /* further ones wait in the kernel */
  kMaxRegistrations = 32, /* past it XP_INTERNAL */
  kMaxRetries = 256,      /* watches that wait for room in standard output; past it XP_INTERNAL */
  kMaxKept = 16,          /* stanzas that hooks keep; past it they are offered without a number */
  kKeepTime = 30000,      /* milliseconds that a hook may keep one */
  kBusyTime = 5000,       /* milliseconds that a hook may be busy with one stanza */
  kDrainTime = 10000,     /* milliseconds */
  kFlushTime = 1000       /* milliseconds beyond that, for what is unsent */
};

/* --- Text. --- */

typedef struct {
  char* ptr;
  size_t len, room;
} text;

static void add(text* t, xp_str more) {
  if (t->room - t->len < more.len) {
    t->room = (t->len + more.len) * 2;
    t->ptr = realloc(t->ptr, t->room);
    if (!t->ptr) abort();
  }
  if (more.len > 0) memcpy(t->ptr + t->len, more.ptr, more.len);
  t->len += more.len;
}

static void drop(text* t, size_t len) { /* from the front */
  t->len -= len;
  if (t->len > 0) memmove(t->ptr, t->ptr + len, t->len);
}

static xp_str all(const text* t) {
  return (xp_str){t->ptr, t->len};
}

static xp_str view(const char* terminated) {
  return (xp_str){terminated, strlen(terminated)};
}

static int same(xp_str a, xp_str b) {
  return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static int same_name(xp_str a, const char* b) { /* of headers: in any case */
  return a.len == strlen(b) && strncasecmp(a.ptr, b, a.len) == 0;
}

/* What stands before the separator; `rest` begins behind it then. Absent: there is none. */
static xp_str cut(xp_str* rest, const char* separator) {
  const size_t size = strlen(separator);
  for (size_t i = 0; i + size <= rest->len; ++i) {
    if (memcmp(rest->ptr + i, separator, size) != 0) continue;
    const xp_str front = {rest->ptr, i};
    *rest = (xp_str){rest->ptr + i + size, rest->len - i - size};
    return front;
  }
  return (xp_str){NULL, 0};
}

static long long now(void) { /* in milliseconds */
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* --- What the loop and the plugin's threads share, under the lock. --- */

struct xp_reg {
  enum { kUnused, kRoute, kHook, kRemoved } kind; /* removed while it is called: released behind the call */
  int called, resumed, streams;
  char subpath[256];
  uint64_t max_body;
  uint32_t kinds;
  int32_t priority;
  void (*on_request)(void* ctx, xp_exchange*, const xp_request*);
  int32_t (*on_stanza)(void* ctx, const xp_stanza*);
  void* ctx;
  void (*release)(void* ctx);
};

/* A connection with its one exchange, whose handle is the place here and the turn. */
typedef struct {
  enum { kFree, kReading, kAsked, kBegun, kAnswered } state;
  uintptr_t turn;
  int fd; /* -1: the client has left */
  int bodiless, blocked, shut;
  text in, out;
  xp_watch watch;
  int follows;                                       /* a body in pieces, whose end was not told yet */
  uint64_t left;                                     /* bytes of it that were not given */
  void (*piece)(void* ctx, xp_status, xp_str bytes); /* NULL: nobody asks */
  void* piece_ctx;
} client;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct xp_reg registrations[kMaxRegistrations];
static client clients[kMaxClients];
static xp_watch retries[kMaxRetries];
static size_t retry_count;
static text network; /* for standard output */
static int drained, destroying;

static int wake_pipe[2];
static volatile sig_atomic_t asked_to_end;

static void wake(void) {
  const int kept = errno;
  if (write(wake_pipe[1], "", 1) < 0) errno = kept; /* a pipe that is full wakes as well */
}

static void host_log(const xp_host* host, int32_t level, xp_str line) {
  static const char* const kLevels[] = {"debug", "info", "warn", "error", "host bug", "plugin bug"};
  const int known = level >= XP_DEBUG && level <= XP_PLUGIN_BUG;
  (void)host;
  fprintf(stderr, "%s: %.*s\n", kLevels[known ? level : XP_INFO], (int)line.len, line.ptr ? line.ptr : "");
}

static xp_status misuse(const char* what) {
  fprintf(stderr, "plugin bug: %s\n", what);
  return XP_INVALID;
}

static void let_go(xp_watch watch) {
  if (watch.release) watch.release(watch.ctx);
}

static void check_bearer(const xp_host* host, xp_str token,
                         void (*verdict)(void* ctx, xp_status, const xp_principal*), void* ctx) {
  (void)host, (void)token;
  verdict(ctx, XP_DENIED, NULL);
}

static const void* get_extension(const xp_host* host, const char* id) {
  static const xp_principals kPrincipals = {sizeof kPrincipals, 0, check_bearer};
  (void)host;
  return strcmp(id, XP_EXT_PRINCIPAL) == 0 ? &kPrincipals : NULL;
}

/* --- Reading stanzas: as much of XML as shows one element and the attributes of its root. --- */

/* An attribute's value with its references resolved, appended to `out`, which has the room. A number above
 * ASCII is not read: such characters stand for themselves. */
static int unescape(xp_str raw, text* out, xp_str* value) {
  static const char* const kNames[] = {"lt", "gt", "amp", "apos", "quot"};
  value->ptr = out->ptr + out->len;
  while (raw.len > 0) {
    char c = *raw.ptr++;
    --raw.len;
    if (c == '<') return 0;
    if (c == '&') {
      const xp_str reference = cut(&raw, ";");
      c = '\0';
      for (size_t i = 0; i < 5; ++i) {
        if (same(reference, view(kNames[i]))) c = "<>&'\""[i];
      }
      if (reference.len > 1 && *reference.ptr == '#') {
        const int hex = reference.ptr[1] == 'x';
        const long number = strtol(reference.ptr + 1 + hex, NULL, hex ? 16 : 10);
        if (number > 0 && number < 128) c = (char)number;
      }
      if (c == '\0') return 0;
    }
    out->ptr[out->len++] = c;
  }
  value->len = (size_t)(out->ptr + out->len - value->ptr);
  return 1;
}

static xp_str read_name(xp_str* rest) {
  xp_str name = {rest->ptr, 0};
  while (rest->len > 0 && *rest->ptr && !strchr(" \t\r\n=/<>'\"&?!", *rest->ptr)) {
    ++rest->ptr, --rest->len, ++name.len;
  }
  return name;
}

static int keep_attribute(xp_stanza* stanza, xp_str name, xp_str raw, text* values) {
  xp_str* place = NULL;
  if (same(name, STR("type"))) place = &stanza->type;
  if (same(name, STR("from"))) place = &stanza->from;
  if (same(name, STR("to"))) place = &stanza->to;
  if (same(name, STR("id"))) place = &stanza->id;
  return !place || (!place->ptr && unescape(raw, values, place));
}

enum tag { kEnd = -1, kEmpty, kStart, kNoTag }; /* up to kStart: what it adds to the depth */

/* Reads the tag behind whose '<' `rest` begins. A root's attributes go to the stanza. */
static enum tag read_tag(xp_str* rest, xp_stanza* root, text* values) {
  const int closing = rest->len > 0 && *rest->ptr == '/';
  if (closing) ++rest->ptr, --rest->len;
  const xp_str name = read_name(rest);
  if (name.len == 0) return kNoTag; /* a comment, an instruction or a section: stanzas need none */
  if (root && same(name, STR("message"))) root->kind = XP_MESSAGE;
  if (root && same(name, STR("presence"))) root->kind = XP_PRESENCE;
  if (root && same(name, STR("iq"))) root->kind = XP_IQ;
  if (root && root->kind == 0) return kNoTag;
  while (rest->len > 0) {
    const char c = *rest->ptr++;
    --rest->len;
    if (c == '>') return closing ? kEnd : kStart;
    if (c == '/') {
      const int empty = !closing && rest->len > 0 && *rest->ptr == '>';
      if (empty) ++rest->ptr, --rest->len;
      return empty ? kEmpty : kNoTag;
    }
    if (c != ' ') return kNoTag;
    const xp_str key = read_name(rest);
    if (key.len == 0) continue;
    if (closing || rest->len < 3 || *rest->ptr != '=') return kNoTag;
    const char quote[2] = {rest->ptr[1], '\0'};
    *rest = (xp_str){rest->ptr + 2, rest->len - 2};
    const xp_str raw = cut(rest, quote);
    if ((*quote != '"' && *quote != '\'') || !raw.ptr) return kNoTag;
    if (root && !keep_attribute(root, key, raw, values)) return kNoTag;
  }
  return kNoTag;
}

/* Each character's bytes are as many as its first one says. Forms that are too long are not looked for. */
static int is_utf8(xp_str s) {
  int follow = 0;
  for (size_t i = 0; i < s.len; ++i) {
    const unsigned char c = (unsigned char)s.ptr[i];
    const int inner = (c & 0xC0) == 0x80;
    if (inner != (follow > 0) || c >= 0xF8) return 0;
    follow = inner ? follow - 1 : c < 0xC0 ? 0 : c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
  }
  return follow == 0;
}

/* Fills the stanza from the text of one element; its views point into that and into `values`. */
static int read_stanza(xp_str xml, xp_stanza* stanza, text* values) {
  xp_str rest = xml;
  long depth = 0;
  *stanza = (xp_stanza){.size = sizeof *stanza, .xml = xml};
  values->len = 0;
  values->ptr = realloc(values->ptr, xml.len + 1);
  if (!values->ptr) abort();
  if (xml.len == 0 || memchr(xml.ptr, '\0', xml.len) || !is_utf8(xml)) return 0;
  do {
    const xp_str before = cut(&rest, "<");
    if (!before.ptr || (depth == 0 && before.len > 0)) return 0;
    const enum tag tag = read_tag(&rest, depth == 0 ? stanza : NULL, values);
    if (tag == kNoTag || (depth == 0 && tag == kEnd)) return 0;
    depth += tag;
  } while (depth > 0);
  return rest.len == 0;
}

static int at_domain(xp_str jid, xp_str domain) {
  const xp_str bare = cut(&jid, "/");
  if (bare.ptr) jid = bare;
  cut(&jid, "@");
  return same(jid, domain);
}

/* --- Writing stanzas. --- */

/* On one line: a line break can only stand where a reference may stand for it. */
static void put_stanza(xp_str xml) {
  for (size_t i = 0; i < xml.len; ++i) {
    const char c = xml.ptr[i];
    add(&network, c == '\n' ? STR("&#10;") : c == '\r' ? STR("&#13;") : (xp_str){xml.ptr + i, 1});
  }
  add(&network, STR("\n"));
}

static void put_attribute(const char* before, xp_str value) {
  char reference[8];
  add(&network, view(before));
  for (size_t i = 0; i < value.len; ++i) {
    const unsigned char c = (unsigned char)value.ptr[i];
    const int plain = c >= ' ' && !strchr("<>&'\"", c);
    snprintf(reference, sizeof reference, plain ? "%c" : "&#%d;", c);
    add(&network, view(reference));
  }
  add(&network, STR("'"));
}

/* For a stanza that nobody took, where somebody waits to hear of it. */
static void put_error(const xp_stanza* stanza, const char* error) {
  const int iq = stanza->kind == XP_IQ && (same(stanza->type, STR("get")) || same(stanza->type, STR("set")));
  const int message = stanza->kind == XP_MESSAGE && !same(stanza->type, STR("error")) &&
                      !same(stanza->type, STR("groupchat")) && !same(stanza->type, STR("headline"));
  if (!iq && !message) return;
  pthread_mutex_lock(&lock);
  add(&network, iq ? STR("<iq type='error'") : STR("<message type='error'"));
  put_attribute(" id='", stanza->id);
  put_attribute(" from='", stanza->to);
  put_attribute(" to='", stanza->from);
  add(&network, STR("><error type="));
  add(&network, view(error));
  add(&network, STR(" xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"));
  add(&network, iq ? STR("</iq>\n") : STR("</message>\n"));
  pthread_mutex_unlock(&lock);
}

/* It reads also what the plugin has read, which is `parsed` then; NULL: it has not. */
static xp_status send_text(const xp_host* host, xp_str xml, const xp_stanza* parsed, const xp_watch* retry) {
  xp_stanza stanza;
  text values = {0};
  xp_status status = XP_OK;
  int kept = 0;
  pthread_mutex_lock(&lock);
  if (destroying) {
    status = XP_GONE;
  } else if (xml.len > kMaxStanza) {
    status = XP_TOO_BIG;
  } else if (!read_stanza(xml, &stanza, &values)) {
    status = misuse("send_stanza with what is not one stanza");
  } else if (parsed && parsed->kind != stanza.kind) {
    status = misuse("send_parsed with another kind");
  } else if (!at_domain(parsed ? parsed->from : stanza.from, host->domain)) {
    status = XP_DENIED;
  } else if (network.len + xml.len > kMaxUnsent) {
    kept = retry && retry_count < kMaxRetries;
    if (kept) retries[retry_count++] = *retry;
    status = kept || !retry ? XP_WOULD_BLOCK : XP_INTERNAL;
  } else {
    put_stanza(xml);
  }
  pthread_mutex_unlock(&lock);
  free(values.ptr);
  if (retry && !kept) let_go(*retry);
  wake();
  return status;
}

static xp_status send_stanza(const xp_host* host, xp_str xml, uint32_t flags, const xp_watch* retry) {
  (void)flags;
  return send_text(host, xml, NULL, retry);
}

static xp_status send_parsed(const xp_host* host, const xp_stanza* parsed, uint32_t flags,
                             const xp_watch* retry) {
  (void)flags;
  return send_text(host, parsed->xml, parsed, retry);
}

/* --- Routes and hooks. --- */

static xp_status enter(struct xp_reg entry, xp_reg** out) {
  struct xp_reg* place = NULL;
  xp_status status = XP_OK;
  pthread_mutex_lock(&lock);
  for (size_t i = 0; i < kMaxRegistrations; ++i) {
    struct xp_reg* reg = &registrations[i];
    if (reg->kind == kUnused && !place) place = reg;
    if (entry.kind == kRoute && reg->kind == kRoute && strcmp(reg->subpath, entry.subpath) == 0)
      status = XP_INVALID;
  }
  if (status == XP_OK && !place) status = XP_INTERNAL;
  if (status == XP_OK) *place = entry;
  pthread_mutex_unlock(&lock);
  if (status == XP_OK && out) *out = place;
  if (status != XP_OK) entry.release(entry.ctx);
  return status;
}

static xp_status register_route(const xp_host* host, xp_str subpath, uint64_t max_body,
                                void (*fn)(void* ctx, xp_exchange*, const xp_request*), void* ctx,
                                void (*release)(void* ctx), xp_reg** out) {
  struct xp_reg entry = {
      .kind = kRoute, .max_body = max_body, .on_request = fn, .ctx = ctx, .release = release};
  (void)host;
  if (subpath.len >= sizeof entry.subpath || (subpath.len > 0 && *subpath.ptr != '/')) {
    release(ctx);
    return misuse("register_route with a path that is none");
  }
  if (subpath.len > 0) memcpy(entry.subpath, subpath.ptr, subpath.len);
  return enter(entry, out);
}

static xp_status on_stanza(const xp_host* host, uint32_t kinds, int32_t priority,
                           int32_t (*fn)(void* ctx, const xp_stanza*), void* ctx, void (*release)(void* ctx),
                           xp_reg** out) {
  struct xp_reg entry = {.kind = kHook, .kinds = kinds, .priority = priority, .on_stanza = fn, .ctx = ctx};
  (void)host;
  entry.release = release;
  return enter(entry, out);
}

static xp_status stream_bodies(const xp_host* host, xp_reg* route) {
  (void)host;
  pthread_mutex_lock(&lock);
  const int known = route->kind == kRoute;
  if (known) route->streams = 1;
  pthread_mutex_unlock(&lock);
  return known ? XP_OK : misuse("stream_bodies of what is no route");
}

static void resume(const xp_host* host, xp_reg* reg) {
  (void)host;
  pthread_mutex_lock(&lock);
  reg->resumed = 1;
  pthread_mutex_unlock(&lock);
  wake();
}

/* Lets a registration go where it was removed and no call is in it. */
static void settle(struct xp_reg* reg, int call_is_over) {
  pthread_mutex_lock(&lock);
  if (call_is_over) reg->called = 0;
  const struct xp_reg old = *reg;
  const int over = old.kind == kRemoved && !old.called;
  if (over) reg->kind = kUnused;
  pthread_mutex_unlock(&lock);
  if (over) old.release(old.ctx);
}

static void unregister(const xp_host* host, xp_reg* reg) {
  (void)host;
  pthread_mutex_lock(&lock);
  const int known = reg->kind == kRoute || reg->kind == kHook;
  if (known) reg->kind = kRemoved;
  pthread_mutex_unlock(&lock);
  if (!known) misuse("unregister of what is not registered");
  settle(reg, 0);
  wake();
}

/* --- Exchanges, as the plugin ends them. --- */

static client* in_flight(xp_exchange* exchange) { /* under the lock; NULL: the handle is used up */
  client* c = &clients[(uintptr_t)exchange % kMaxClients];
  const int open = c->state == kAsked || c->state == kBegun;
  return open && (uintptr_t)exchange / kMaxClients == c->turn ? c : NULL;
}

static int is_token(xp_str s) {
  for (size_t i = 0; i < s.len; ++i) {
    if (s.ptr[i] <= ' ' || s.ptr[i] > '~' || strchr("\"(),/:;<=>?@[\\]{}", s.ptr[i])) return 0;
  }
  return s.len > 0;
}

static int good_head(int32_t code, const xp_pair* headers, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (!is_token(headers[i].name)) return 0;
    for (size_t k = 0; k < headers[i].value.len; ++k) {
      const unsigned char c = (unsigned char)headers[i].value.ptr[k];
      if ((c < ' ' && c != '\t') || c == 0x7F) return 0;
    }
  }
  return code >= 200 && code <= 599;
}

/* An answer's head, and its body where it is whole. Under the lock. */
static void put_answer(client* c, int32_t code, const xp_pair* headers, size_t count, const xp_str* body) {
  char line[64];
  if (c->fd < 0) return;
  c->bodiless = c->bodiless || code == 204 || code == 304;
  snprintf(line, sizeof line, "HTTP/1.1 %d \r\n", (int)code);
  add(&c->out, view(line));
  for (size_t i = 0; i < count; ++i) {
    const xp_str name = headers[i].name;
    if (same_name(name, "Content-Length") || same_name(name, "Transfer-Encoding") ||
        same_name(name, "Connection"))
      continue;
    add(&c->out, name);
    add(&c->out, STR(": "));
    add(&c->out, headers[i].value);
    add(&c->out, STR("\r\n"));
  }
  snprintf(line, sizeof line, "Content-Length: %zu\r\n", body ? body->len : 0);
  if (body && code != 204 && code != 304) add(&c->out, view(line));
  add(&c->out, STR("Connection: close\r\n\r\n")); /* what ends a stream, too */
  if (body && !c->bodiless) add(&c->out, *body);
}

/* Under the lock; the caller lets the watch go once it has left the lock. */
static xp_watch end_exchange(client* c) {
  const xp_watch watch = c->watch;
  c->watch = (xp_watch){0};
  c->follows = 0; /* what comes of its body now is for nobody */
  c->state = c->fd < 0 ? kFree : kAnswered;
  return watch;
}

/* http_respond with a body, http_begin without. */
static xp_status answer(xp_exchange* exchange, int32_t code, const xp_pair* headers, size_t count,
                        const xp_str* body) {
  const xp_str nothing = STR("");
  xp_watch watch = {0};
  pthread_mutex_lock(&lock);
  client* c = in_flight(exchange);
  const int good = c && c->state == kAsked && good_head(code, headers, count);
  const xp_status status = !good ? XP_INVALID : c->fd < 0 ? XP_GONE : XP_OK;
  const int refused = c && c->state == kAsked && !good;
  if (good) put_answer(c, code, headers, count, body);
  if (refused) put_answer(c, 500, NULL, 0, &nothing);
  if (good) c->state = kBegun;
  if (c && (body || refused)) watch = end_exchange(c);
  pthread_mutex_unlock(&lock);
  let_go(watch);
  wake();
  return good ? status : misuse("an answer with a handle, code or header that is none");
}

static xp_status http_respond(const xp_host* host, xp_exchange* exchange, int32_t code,
                              const xp_pair* headers, size_t header_count, xp_str body) {
  (void)host;
  return answer(exchange, code, headers, header_count, &body);
}

static xp_status http_begin(const xp_host* host, xp_exchange* exchange, int32_t code, const xp_pair* headers,
                            size_t header_count) {
  (void)host;
  return answer(exchange, code, headers, header_count, NULL);
}

static xp_status http_write(const xp_host* host, xp_exchange* exchange, xp_str chunk) {
  xp_status status = XP_OK;
  (void)host;
  pthread_mutex_lock(&lock);
  client* c = in_flight(exchange);
  if (!c || c->state != kBegun) {
    status = misuse("http_write to what has not begun or has ended");
  } else if (c->fd < 0) {
    status = XP_GONE;
  } else if (c->out.len > 0 && c->out.len + chunk.len > kMaxUnsent) {
    status = XP_WOULD_BLOCK;
    c->blocked = 1;
  } else if (!c->bodiless) {
    add(&c->out, chunk);
  }
  pthread_mutex_unlock(&lock);
  wake();
  return status;
}

static void http_end(const xp_host* host, xp_exchange* exchange) {
  const xp_str nothing = STR("");
  xp_watch watch = {0};
  (void)host;
  pthread_mutex_lock(&lock);
  client* c = in_flight(exchange);
  if (!c || c->state != kBegun) misuse("http_end of what has not begun or has ended");
  if (c && c->state == kAsked) put_answer(c, 500, NULL, 0, &nothing);
  if (c) watch = end_exchange(c);
  pthread_mutex_unlock(&lock);
  let_go(watch);
  wake();
}

/* The loop gives the piece, as soon as there is something to say. */
static xp_status http_read(const xp_host* host, xp_exchange* exchange,
                           void (*piece)(void* ctx, xp_status, xp_str bytes), void* ctx) {
  (void)host;
  pthread_mutex_lock(&lock);
  client* c = in_flight(exchange);
  const int good = c && c->follows && !c->piece;
  if (good) c->piece = piece;
  if (good) c->piece_ctx = ctx;
  pthread_mutex_unlock(&lock);
  wake();
  return good ? XP_OK : misuse("http_read where no piece is to come");
}

static void http_watch(const xp_host* host, xp_exchange* exchange, const xp_watch* watch) {
  (void)host;
  pthread_mutex_lock(&lock);
  client* c = in_flight(exchange);
  const int left = c && c->fd < 0;
  const int kept = c && !left && !c->watch.release;
  if (kept) c->watch = *watch;
  pthread_mutex_unlock(&lock);
  if (kept) return;
  if (!left) misuse("http_watch of what is watched or has ended");
  if (left && watch->gone) watch->gone(watch->ctx);
  let_go(*watch);
}

/* --- Offering stanzas to the hooks. --- */

/* The stanza at the front of the input, and where it stands: the next hook has less than `priority`, or the
 * same and its place from `from` on. */
static text input;
static struct {
  size_t length; /* of its line with the end; 0: there is none */
  xp_stanza stanza;
  text values;
  int64_t priority;
  size_t from;
  struct xp_reg* busy; /* who said so */
  long long busy_since;
} offered;

static int next_line(void) {
  xp_str rest = all(&input);
  const xp_str line = cut(&rest, "\n");
  if (!line.ptr && input.len > kMaxStanza) input.len = 0; /* what follows of it is no stanza either */
  if (!line.ptr) return 0;
  offered.length = line.len + 1;
  offered.priority = INT64_MAX;
  offered.busy = NULL;
  if (!read_stanza(line, &offered.stanza, &offered.values) || line.len > kMaxStanza) {
    offered.stanza.kind = 0; /* for nobody */
    if (line.len > 0) fprintf(stderr, "warn: a line of the input is not one stanza\n");
  }
  return 1;
}

/* Stanzas that hooks keep, or are being asked about. Under the lock. */
static struct kept {
  uint64_t number; /* 0: free */
  int held, settled;
  int32_t verdict;
  long long until;
  text line; /* with its end */
  int64_t priority;
  size_t from;
} kept[kMaxKept];
static uint64_t last_number;

static struct kept* open_kept(void) { /* under the lock */
  for (struct kept* place = kept; place < kept + kMaxKept; ++place) {
    if (place->number != 0) continue;
    place->number = ++last_number;
    return place;
  }
  return NULL;
}

/* The hook has returned. What it keeps is copied, for the input goes on. */
static void close_kept(struct kept* place, int holds) {
  text line = {0};
  if (holds) add(&line, (xp_str){input.ptr, offered.length});
  pthread_mutex_lock(&lock);
  place->held = 1;
  place->until = now() + kKeepTime;
  place->line = line;
  place->priority = offered.priority;
  place->from = offered.from;
  if (!holds) *place = (struct kept){0};
  pthread_mutex_unlock(&lock);
}

static xp_status settle_stanza(const xp_host* host, uint64_t keep, int32_t verdict) {
  (void)host;
  pthread_mutex_lock(&lock);
  xp_status status = keep == 0 || keep > last_number ? XP_INVALID : XP_GONE;
  for (struct kept* place = kept; place < kept + kMaxKept; ++place) {
    if (place->number != keep || keep == 0 || place->settled) continue;
    place->settled = 1;
    place->verdict = verdict;
    status = XP_OK;
  }
  pthread_mutex_unlock(&lock);
  wake();
  return status == XP_INVALID ? misuse("settle_stanza of what was never offered") : status;
}

static long long kept_until(void) { /* under the lock: of the first that is held; 0: there is none */
  long long first = 0;
  for (const struct kept* place = kept; place < kept + kMaxKept; ++place) {
    if (place->held && (first == 0 || place->until < first)) first = place->until;
  }
  return first;
}

static struct xp_reg* next_hook(void) { /* under the lock */
  struct xp_reg* best = NULL;
  for (size_t i = 0; i < kMaxRegistrations; ++i) {
    struct xp_reg* reg = &registrations[i];
    if (reg->kind != kHook || (reg->kinds & offered.stanza.kind) == 0) continue;
    if (reg->priority > offered.priority || (reg->priority == offered.priority && i < offered.from)) continue;
    if (!best || reg->priority > best->priority) best = reg;
  }
  return best;
}

/* Offers what has come in, until there is no whole line, or a hook is busy. */
static void offer_stanzas(void) {
  while (offered.length > 0 || next_line()) {
    pthread_mutex_lock(&lock);
    const struct xp_reg* busy = offered.busy;
    const int waits = busy && busy->kind == kHook && !busy->resumed;
    struct xp_reg* hook = waits ? NULL : next_hook();
    if (hook) hook->called = 1;
    if (hook && busy) hook->resumed = 0;
    struct kept* place = hook ? open_kept() : NULL;
    pthread_mutex_unlock(&lock);
    if (waits && now() - offered.busy_since < kBusyTime) return;
    int32_t said = XP_CONSUME;
    if (hook) {
      offered.stanza.keep = place ? place->number : 0;
      said = hook->on_stanza(hook->ctx, &offered.stanza);
      offered.priority = hook->priority;
      offered.from = (size_t)(hook - registrations) + (said == XP_BUSY ? 0 : 1);
      settle(hook, 1);
      if (place) close_kept(place, said == XP_KEEPING);
      if (place && said == XP_KEEPING) said = XP_CONSUME;
      if (said == XP_BUSY && !busy) offered.busy_since = now();
    } else {
      put_error(&offered.stanza, waits ? "'wait'><resource-constraint" : "'cancel'><service-unavailable");
    }
    offered.busy = said == XP_BUSY ? hook : NULL;
    if (said != XP_CONSUME) continue;
    drop(&input, offered.length);
    offered.length = 0;
  }
}

/* Goes on with what was kept and is settled, or was kept for too long: that comes to the front again, where
 * nobody is busy. */
static void settle_kept(void) {
  for (size_t i = 0; i < kMaxKept && offered.length == 0; ++i) {
    pthread_mutex_lock(&lock);
    struct kept old = kept[i];
    const int over = old.held && (old.settled || now() > old.until);
    if (over) kept[i] = (struct kept){0};
    pthread_mutex_unlock(&lock);
    const int passed = old.settled && old.verdict == XP_PASS;
    if (over && old.settled && old.verdict == XP_CONSUME) free(old.line.ptr);
    if (!over || (old.settled && old.verdict == XP_CONSUME)) continue;
    add(&old.line, all(&input));
    free(input.ptr);
    input = old.line;
    next_line();
    offered.priority = old.priority;
    offered.from = old.from;
    if (!passed) {
      put_error(&offered.stanza, "'wait'><resource-constraint");
      drop(&input, offered.length);
      offered.length = 0;
    }
    offer_stanzas();
  }
}

/* --- Requests. --- */

static const xp_host* served; /* for its prefix */

static int refuse(client* c, int32_t code) {
  const xp_str nothing = STR("");
  pthread_mutex_lock(&lock);
  put_answer(c, code, NULL, 0, &nothing);
  c->state = kAnswered;
  pthread_mutex_unlock(&lock);
  return 0;
}

static xp_str trimmed(xp_str s) {
  while (s.len > 0 && (*s.ptr == ' ' || *s.ptr == '\t')) ++s.ptr, --s.len;
  while (s.len > 0 && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t')) --s.len;
  return s;
}

/* Reads the request line and the headers; returns the status that refuses them, or 0. */
static int32_t read_head(xp_str head, xp_request* request, xp_pair* headers, uint64_t* length) {
  xp_str line = cut(&head, "\r\n");
  int lengths = 0;
  request->method = cut(&line, " ");
  request->query = cut(&line, " ");
  request->path = cut(&request->query, "?");
  if (!request->path.ptr) {
    request->path = request->query;
    request->query = (xp_str){NULL, 0};
  }
  if (!is_token(request->method) || request->path.len == 0 || *request->path.ptr != '/') return 400;
  if (!same(line, STR("HTTP/1.1")) && !same(line, STR("HTTP/1.0"))) return 400;
  while (head.len > 0) {
    line = cut(&head, "\r\n");
    const xp_str name = cut(&line, ":");
    const xp_str value = trimmed(line);
    if (!is_token(name)) return 400;
    if (same_name(name, "Transfer-Encoding")) return 501;
    if (request->header_count == kMaxHeaders) return 431;
    headers[request->header_count++] = (xp_pair){name, value};
    if (!same_name(name, "Content-Length")) continue;
    if (lengths++ > 0 || value.len == 0 || value.len > 18) return 400;
    for (size_t i = 0; i < value.len; ++i) {
      if (!isdigit((unsigned char)value.ptr[i])) return 400;
      *length = *length * 10 + (uint64_t)(value.ptr[i] - '0');
    }
  }
  return 0;
}

static struct xp_reg* find_route(xp_str path) { /* under the lock: the longest that covers the path */
  struct xp_reg* best = NULL;
  const size_t prefix = served->prefix.len;
  if (path.len < prefix || memcmp(path.ptr, served->prefix.ptr, prefix) != 0) return NULL;
  path = (xp_str){path.ptr + prefix, path.len - prefix};
  for (size_t i = 0; i < kMaxRegistrations; ++i) {
    struct xp_reg* reg = &registrations[i];
    const size_t size = strlen(reg->subpath);
    if (reg->kind != kRoute || path.len < size || memcmp(path.ptr, reg->subpath, size) != 0) continue;
    if (path.len > size && path.ptr[size] != '/') continue;
    if (!best || size > strlen(best->subpath)) best = reg;
  }
  return best;
}

/* Hands a request to its route; 0: it is not whole yet, or was refused. */
static int read_request(client* c) {
  xp_pair headers[kMaxHeaders];
  xp_request request = {.size = sizeof request, .peer = STR("127.0.0.1"), .headers = headers};
  xp_str rest = all(&c->in);
  uint64_t length = 0;
  xp_str head = cut(&rest, "\r\n\r\n");
  if ((head.ptr ? head.len : rest.len) > kMaxHead) return refuse(c, 431);
  if (!head.ptr) return 0;
  head.len += 2; /* so that the last line has an end too */
  const int32_t refused = read_head(head, &request, headers, &length);
  if (refused) return refuse(c, refused);

  pthread_mutex_lock(&lock);
  struct xp_reg* route = find_route(request.path);
  const uint64_t max_body = !route ? 0 : route->max_body < kMaxBody ? route->max_body : kMaxBody;
  const int too_large = length > max_body;
  const int whole = too_large || rest.len >= length;
  const int follows = route && !whole && route->streams;
  if (route && (whole || follows)) {
    route->called = 1;
    c->bodiless = same(request.method, STR("HEAD"));
    c->state = kAsked;
    ++c->turn;
  }
  pthread_mutex_unlock(&lock);
  if (!route) return refuse(c, 404);
  if (!whole && !follows) return 0;
  request.flags = too_large ? XP_BODY_TOO_LARGE : follows ? XP_BODY_FOLLOWS : 0;
  request.body = (xp_str){rest.ptr, too_large || follows ? 0 : (size_t)length};
  c->follows = follows;
  c->left = length;
  const uintptr_t handle = c->turn * kMaxClients + (uintptr_t)(c - clients);
  route->on_request(route->ctx, (xp_exchange*)handle, &request);
  if (follows) drop(&c->in, c->in.len - rest.len);
  settle(route, 1);
  return 1;
}

/* --- The loop. --- */

static void accept_client(int listener) {
  client* c = clients;
  const int fd = accept(listener, NULL, NULL);
  if (fd < 0) return;
  fcntl(fd, F_SETFL, O_NONBLOCK);
  pthread_mutex_lock(&lock);
  while (c->state != kFree) ++c; /* the loop looks at the listener only while there is one */
  c->state = kReading;
  c->fd = fd;
  c->in.len = c->out.len = 0;
  c->bodiless = c->blocked = c->shut = c->follows = 0;
  pthread_mutex_unlock(&lock);
}

/* Gives what was asked for: bytes, the end, or that no more comes. Nobody else touches `in`. */
static void give_piece(client* c) {
  pthread_mutex_lock(&lock);
  void (*const piece)(void*, xp_status, xp_str) = c->piece;
  void* const ctx = c->piece_ctx;
  const int open = c->fd >= 0 && (c->state == kAsked || c->state == kBegun);
  const size_t size = c->left < c->in.len ? (size_t)c->left : c->in.len;
  const int due = piece && (!open || size > 0 || c->left == 0);
  if (due) c->piece = NULL;
  if (due && (!open || size == 0)) c->follows = 0;
  pthread_mutex_unlock(&lock);
  if (!due) return;
  if (!open) {
    piece(ctx, XP_GONE, (xp_str){NULL, 0});
    return;
  }
  text given = c->in; /* which the piece may not see change */
  c->in = (text){0};
  c->left -= size;
  piece(ctx, XP_OK, (xp_str){given.ptr, size});
  free(given.ptr);
}

static void client_left(client* c) {
  pthread_mutex_lock(&lock);
  const xp_watch watch = c->watch;
  c->watch = (xp_watch){0};
  close(c->fd);
  c->fd = -1;
  if (c->state == kReading || c->state == kAnswered)
    c->state = kFree; /* else when the plugin ends its exchange */
  pthread_mutex_unlock(&lock);
  if (watch.gone) watch.gone(watch.ctx);
  let_go(watch);
}

/* Tells the plugin that there is room. The watch is out of its place meanwhile, so that nobody releases it.
 */
static void tell_room(client* c) {
  pthread_mutex_lock(&lock);
  const xp_watch watch = c->watch;
  const uintptr_t turn = c->turn;
  c->watch = (xp_watch){0};
  c->blocked = 0;
  pthread_mutex_unlock(&lock);
  if (watch.writable) watch.writable(watch.ctx);
  pthread_mutex_lock(&lock);
  const int open = c->state == kBegun && c->turn == turn;
  if (open) c->watch = watch;
  pthread_mutex_unlock(&lock);
  if (!open) let_go(watch);
}

static void serve_client(client* c, int readable) {
  char bytes[16384];
  const ssize_t got = readable ? recv(c->fd, bytes, sizeof bytes, 0) : -1;
  if (got == 0 || (got < 0 && readable && errno != EAGAIN && errno != EINTR)) {
    client_left(c);
    return;
  }
  pthread_mutex_lock(&lock);
  const int reading = c->state == kReading, follows = c->follows;
  pthread_mutex_unlock(&lock);
  if ((reading || follows) && got > 0) add(&c->in, (xp_str){bytes, (size_t)got});
  if (reading && got > 0) read_request(c);
  pthread_mutex_lock(&lock);
  const ssize_t sent = c->out.len > 0 ? send(c->fd, c->out.ptr, c->out.len, MSG_NOSIGNAL) : 0;
  if (sent > 0) drop(&c->out, (size_t)sent);
  /* The client closes first, so that an answer is not lost with what still comes from it. */
  if (c->state == kAnswered && c->out.len == 0 && !c->shut) c->shut = shutdown(c->fd, SHUT_WR) == 0;
  const int room = c->blocked && c->out.len < kMaxUnsent / 2;
  pthread_mutex_unlock(&lock);
  if (room) tell_room(c);
}

/* Where poll says that there is room, this much fits without blocking. Returns 0 where nobody reads any more.
 */
static int write_network(void) {
  xp_watch told[kMaxRetries];
  size_t count = 0;
  pthread_mutex_lock(&lock);
  const ssize_t sent = write(STDOUT_FILENO, network.ptr, network.len < PIPE_BUF ? network.len : PIPE_BUF);
  const int broken = sent < 0 && errno != EINTR && errno != EAGAIN;
  if (sent > 0) drop(&network, (size_t)sent);
  if (broken) network.len = 0;
  if (network.len < kMaxUnsent / 2) {
    count = retry_count;
    memcpy(told, retries, count * sizeof *told);
    retry_count = 0;
  }
  pthread_mutex_unlock(&lock);
  for (size_t i = 0; i < count; ++i) {
    if (told[i].writable) told[i].writable(told[i].ctx);
    let_go(told[i]);
  }
  return !broken;
}

static void on_done(void* ctx) {
  (void)ctx;
  pthread_mutex_lock(&lock);
  if (drained) misuse("the drain was said to be done twice");
  drained = 1;
  pthread_mutex_unlock(&lock);
  wake();
}

static void on_signal(int number) {
  (void)number;
  asked_to_end = 1;
  wake();
}

/* Serves until the input ends, drains, and returns 1 where the plugin has said that it is done. */
static int run(int listener, const xp_plugin_desc* plugin, xp_plugin* instance) {
  enum { kWake, kInput, kOutput, kListener, kFirstClient };
  struct pollfd polled[kFirstClient + kMaxClients];
  char bytes[65536];
  long long end = 0; /* of the drain; 0: it has not begun */
  int input_open = 1;
  for (;;) {
    int unsent = 0, place = 0;
    for (int i = 0; i < kMaxClients; ++i) give_piece(&clients[i]);
    pthread_mutex_lock(&lock);
    for (int i = 0; i < kMaxClients; ++i) {
      const client* c = &clients[i];
      const int enough = c->follows && c->in.len >= kMaxAhead;
      polled[kFirstClient + i] = (struct pollfd){c->state == kFree ? -1 : c->fd, enough ? 0 : POLLIN, 0};
      if (c->out.len > 0 || (c->state == kAnswered && !c->shut)) polled[kFirstClient + i].events |= POLLOUT;
      unsent |= c->state != kFree && c->fd >= 0 && c->out.len > 0;
      place |= c->state == kFree;
    }
    polled[kWake] = (struct pollfd){wake_pipe[0], POLLIN, 0};
    polled[kInput] = (struct pollfd){input_open && input.len <= kMaxStanza ? STDIN_FILENO : -1, POLLIN, 0};
    polled[kOutput] = (struct pollfd){network.len > 0 ? STDOUT_FILENO : -1, POLLOUT, 0};
    polled[kListener] = (struct pollfd){end == 0 && place ? listener : -1, POLLIN, 0};
    const int done = drained;
    const int over = done && !unsent && network.len == 0;
    const long long kept_time = kept_until();
    pthread_mutex_unlock(&lock);
    if (over || (end != 0 && now() > end + kFlushTime)) return done;
    const long long until = offered.busy     ? offered.busy_since + kBusyTime
                            : end != 0       ? end + kFlushTime
                            : kept_time != 0 ? kept_time
                                             : LLONG_MAX / 2;
    const long long left = until - now() + 1;
    poll(polled, kFirstClient + kMaxClients, left > INT_MAX ? -1 : (int)(left > 0 ? left : 0));

    if (polled[kWake].revents && read(wake_pipe[0], bytes, sizeof bytes) < 0) asked_to_end |= errno != EAGAIN;
    if (polled[kInput].revents) {
      const ssize_t got = read(STDIN_FILENO, bytes, sizeof bytes);
      if (got > 0) add(&input, (xp_str){bytes, (size_t)got});
      if (got == 0) add(&input, STR("\n")); /* the last line may lack its end */
      if (got == 0 || (got < 0 && errno != EINTR)) input_open = 0;
    }
    if (polled[kOutput].revents && !write_network()) asked_to_end = 1;
    if (polled[kListener].revents) accept_client(listener);
    for (int i = 0; i < kMaxClients; ++i) {
      const struct pollfd* p = &polled[kFirstClient + i];
      if (p->fd >= 0 && p->revents) serve_client(&clients[i], p->revents & ~POLLOUT);
    }
    offer_stanzas();
    settle_kept();
    if (end == 0 && (asked_to_end || (!input_open && offered.length == 0))) {
      end = now() + kDrainTime;
      plugin->drain(instance, kDrainTime, on_done, NULL);
    }
  }
}

/* What the plugin should have ended, and what only waited. */
static void clean_up(void) {
  for (size_t i = 0; i < retry_count; ++i) let_go(retries[i]);
  for (size_t i = 0; i < kMaxClients; ++i) {
    client* c = &clients[i];
    if (c->state == kAsked || c->state == kBegun) misuse("an exchange was never ended");
    if (c->state != kFree && c->fd >= 0) close(c->fd);
    if (c->piece) c->piece(c->piece_ctx, XP_GONE, (xp_str){NULL, 0});
    let_go(c->watch);
    free(c->in.ptr);
    free(c->out.ptr);
  }
  for (size_t i = 0; i < kMaxRegistrations; ++i) {
    if (registrations[i].kind == kUnused) continue;
    misuse("a route or hook was never unregistered");
    registrations[i].release(registrations[i].ctx);
  }
  for (size_t i = 0; i < kMaxKept; ++i) free(kept[i].line.ptr);
  free(network.ptr);
  free(input.ptr);
  free(offered.values.ptr);
}

static const xp_plugin_desc* load(void* library, const char** why) {
  const xp_plugin_desc* (*entry)(void) = NULL;
  if (library)
    *(void**)&entry = dlsym(library, "xp_plugin_entry_v1"); /* POSIX's way: C has no such conversion */
  const xp_plugin_desc* plugin = entry ? entry() : NULL;
  *why = !library                                         ? dlerror()
         : !plugin                                        ? "it is no plugin of version 1"
         : !XP_HAS(xp_plugin_desc, plugin, get_extension) ? "its descriptor is too short"
         : plugin->min_host_minor > XP_MINOR              ? "it needs a newer host"
         : !plugin->create || !plugin->start || !plugin->drain || !plugin->destroy ? "it lacks a function"
                                                                                   : NULL;
  return plugin;
}

static void count_row(void* ctx, const xp_setting* row) {
  *(int*)ctx += row->key.len > 0;
}

/* What somebody would write into the configuration; a list that breaks off is shorter, and no more. */
static void tell_settings(const xp_plugin_desc* plugin) {
  const xp_settings* list = plugin->get_extension ? plugin->get_extension(NULL, XP_EXT_SETTINGS) : NULL;
  int rows = 0;
  if (!list || !XP_HAS(xp_settings, list, list) || !list->list) return;
  const int whole = list->list(count_row, &rows) == XP_OK;
  fprintf(stderr, "info: the plugin tells of %d settings%s\n", rows, whole ? "" : ", and not of all");
}

static int listen_on(uint16_t* port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(*port)};
  socklen_t size = sizeof address;
  const int one = 1;
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (fd < 0 || bind(fd, (struct sockaddr*)&address, size) != 0 || listen(fd, 64) != 0) return -1;
  getsockname(fd, (struct sockaddr*)&address, &size);
  *port = ntohs(address.sin_port);
  fcntl(fd, F_SETFL, O_NONBLOCK);
  return fd;
}

static int give_up(const char* what, const char* why) {
  fprintf(stderr, "error: %s: %.251s\n", what, why);
  return 1;
}

int main(int argc, char** argv) {
  const char *domain = "rest.localhost", *settings = "{}", *prefix = "/rest", *port_text = "0", *why;
  for (int i = 2; i < argc; i += 2) {
    const char** place = strcmp(argv[i], "--domain") == 0     ? &domain
                         : strcmp(argv[i], "--settings") == 0 ? &settings
                         : strcmp(argv[i], "--prefix") == 0   ? &prefix
                         : strcmp(argv[i], "--port") == 0     ? &port_text
                                                              : NULL;
    if (!place || i + 1 == argc) return give_up(argv[i], "no such option, or it lacks its value");
    *place = argv[i + 1];
  }
  if (argc < 2)
    return give_up("usage", "minimal_host PLUGIN.so [--domain D] [--settings J] [--prefix P] [--port N]");
  const xp_host host = {.size = sizeof host,
                        .minor = XP_MINOR,
                        .name = STR("minimal_host"),
                        .version = STR("1.0.0"),
                        .domain = view(domain),
                        .prefix = view(prefix),
                        .max_stanza = kMaxStanza,
                        .get_extension = get_extension,
                        .log = host_log,
                        .register_route = register_route,
                        .on_stanza = on_stanza,
                        .resume = resume,
                        .unregister = unregister,
                        .send_stanza = send_stanza,
                        .http_watch = http_watch,
                        .http_respond = http_respond,
                        .http_begin = http_begin,
                        .http_write = http_write,
                        .http_end = http_end,
                        .send_parsed = send_parsed,
                        .settle_stanza = settle_stanza,
                        .stream_bodies = stream_bodies,
                        .http_read = http_read};
  served = &host;
  void* library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  const xp_plugin_desc* plugin = load(library, &why);
  if (why) return give_up(argv[1], why);
  tell_settings(plugin);

  uint16_t port = (uint16_t)strtoul(port_text, NULL, 10);
  const int listener = listen_on(&port);
  if (listener < 0 || pipe(wake_pipe) != 0) return give_up("the port", strerror(errno));
  fcntl(wake_pipe[0], F_SETFL, O_NONBLOCK);
  fcntl(wake_pipe[1], F_SETFL, O_NONBLOCK);
  struct sigaction action = {.sa_handler = on_signal};
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, NULL);

  xp_plugin* instance = NULL;
  xp_error error = {0};
  if (plugin->create(&host, view(settings), &instance, &error) != XP_OK) return give_up("create", error.text);
  const int started = plugin->start(instance, &error) == XP_OK;
  if (started) fprintf(stderr, "ready http=127.0.0.1:%d\n", port);
  if (started && !run(listener, plugin, instance)) {
    misuse("the drain is not done in time: the instance is left alone");
    _exit(1);
  }
  pthread_mutex_lock(&lock);
  destroying = 1;
  pthread_mutex_unlock(&lock);
  plugin->destroy(instance);
  clean_up(); /* the library stays: the process ends, and a thread that a plugin forgot runs on in it */
  close(listener);
  return started ? 0 : give_up("start", error.text);
}
