/* SPDX-License-Identifier: MIT */
/* clang-format off */
/* xp.h - the border between an XMPP server (the host) and a plugin in a shared library. Major version 1, C99.
 * This header is the specification: what it does not say, neither side may rely on.
 *
 * A host loads the library, calls xp_plugin_entry_v1, checks the descriptor, and takes each instance through
 *
 *     create > start > (reload)* > drain .. done > destroy     or     create > [start fails] > destroy
 *
 *   while ..           the plugin may                             the host
 *   create, start      register routes and hooks; call [any]      may call them as soon as they are registered
 *   running            call [any]                                 calls its routes and hooks
 *   draining           the same, and ends what it has begun       goes on offering stanzas, may offer requests
 *   after done         the same; a late request is refused fast   calls destroy when it likes
 *   destroy            unregister; sends may get XP_GONE          takes away what is still registered, and releases
 *
 * Rules that hold everywhere
 *   Threads   [setup]: one call at a time for an instance. [any]: any thread, at once with other calls, from inside
 *             other calls too; it never blocks, nor does drain (create, start, reload and destroy may wait for a disk
 *             or for threads of their own, never for a peer). Neither side holds a lock while it calls the other:
 *             whoever is called may call back before it returns.
 *   Memory    Every xp_str and every struct passed by pointer is borrowed: valid until the call returns; copy what you
 *             keep. Nothing is freed across the border, because both sides may have allocators of their own. The
 *             xp_host itself lives until destroy has returned and every release has been called.
 *   Contexts  Where a ctx comes with a release function, release(ctx) follows the last use of ctx exactly once, [any],
 *             whatever the call that took it returned (before it returns, where nothing was kept). So undoing a
 *             registration never waits for calls that are under way; these may outlive destroy, and keep what they
 *             use alive through their ctx.
 *   Unloading A library may go once, for each instance of it, destroy has returned, the last release and the last
 *             verdict have returned, and no thread is in it. The last release may have run inside a call that a thread
 *             of the plugin had made: that thread returns into the library. A host that cannot see the threads of its
 *             process leaves the library loaded: it costs memory, and nothing else.
 *   Processes A host that goes into the background, or forks for any other reason but to exec, does so before the first
 *             create: neither the plugin's threads nor its locks and files are sound in the copy of a process.
 *   Errors    No exception, longjmp or signal crosses. Functions that can fail return an xp_status; one that this
 *             header does not list for them counts as XP_INTERNAL. Misuse is logged by the side that sees it, with its
 *             name (XP_HOST_BUG, XP_PLUGIN_BUG), and does no more harm than it must. A plugin leaves the process as it
 *             is: signal dispositions, working directory, environment; its threads block all signals.
 *   Growth    Structs that begin with their size grow at the end: test XP_HAS before you read or call a member that a
 *             minor version added; a longer struct is a newer neighbour and welcome. Those without (xp_str, xp_pair,
 *             xp_error, xp_watch) never change, nor does a function's type or what a name means. Unknown flags are
 *             ignored, unknown values count as said; reserved members are 0 and not read.
 *             A function that a minor version added may also be NULL, which says the same as a shorter struct: so a
 *             host may be compiled with a newer header as it is.
 *
 * Stanzas are text: one element in UTF-8 (RFC 6120, sections 8 and 11), its root unprefixed and without xmlns, as
 * servers of clients and of components differ there (it counts as jabber:client); every other namespace is declared
 * inside. An inner xmlns='jabber:client' means the same as none. */
/* clang-format on */
#ifndef XP_H
#define XP_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

#define XP_MINOR 1 /* the minor version that this header describes */
/* Whether the struct at p, a T, is long enough to hold its member m. */
#define XP_HAS(T, p, m) ((p)->size >= offsetof(T, m) + sizeof((p)->m))

typedef struct {
  const char* ptr; /* UTF-8, not terminated; NULL: absent, which is not the same as empty */
  size_t len;      /* bytes; 0 where ptr is NULL */
} xp_str;

typedef struct {
  xp_str name, value;
} xp_pair;

typedef int32_t xp_status; /* a number of fixed size: C leaves the size of an enum to the compiler */
/* XP_WOULD_BLOCK: nothing was taken; try again later. XP_GONE: the other end has left. XP_INVALID: the call
 * makes no sense, or its data is malformed. XP_DENIED: well-formed, and not allowed. XP_INTERNAL: something
 * else failed; the log says what. */
enum { XP_OK, XP_WOULD_BLOCK, XP_GONE, XP_INVALID, XP_DENIED, XP_TOO_BIG, XP_UNSUPPORTED, XP_INTERNAL };

typedef struct { /* the caller's, zeroed before each call; the callee fills it where it returns an error */
  xp_status code;
  char text[252]; /* one sentence, NUL-terminated: what is wrong and what mends it */
} xp_error;

enum { XP_DEBUG, XP_INFO, XP_WARN, XP_ERROR, XP_HOST_BUG, XP_PLUGIN_BUG }; /* log levels; unknown: XP_INFO */
enum { XP_MESSAGE = 1, XP_PRESENCE = 2, XP_IQ = 4 }; /* kinds of stanzas, also as a mask */
enum { XP_INJECTED = 1 };                            /* xp_stanza.flags: this plugin sent it */
/* xp_request.flags, body is empty: the connection closes after the answer; http_read gives the body */
enum { XP_BODY_TOO_LARGE = 1, XP_BODY_FOLLOWS = 2 };
enum { XP_PASS, XP_CONSUME, XP_BUSY, XP_KEEPING }; /* what a hook says; unknown: XP_PASS */

typedef struct {
  uint32_t size, kind, flags, reserved; /* one kind; a hook passes one that it does not know */
  xp_str type, from, to, id;            /* the root's attributes, unescaped; absent where the root has none */
  xp_str xml;                           /* the whole element */
  uint64_t keep; /* since version 1.1: its number for settle_stanza; 0: a hook must not say XP_KEEPING */
} xp_stanza;

typedef struct {
  uint32_t size, flags;
  xp_str method;          /* as sent: "POST" */
  xp_str path;            /* of the target as on the wire, percent-encoded, prefix included */
  xp_str query;           /* after the '?', as on the wire; absent where there is none */
  xp_str body;            /* transfer and content codings undone */
  xp_str peer;            /* the client's address, "127.0.0.1"; "unix" where it came through a Unix socket */
  const xp_pair* headers; /* names in any case, and a name may stand repeatedly; see below */
  size_t header_count;
} xp_request;

/* Headers stand in the order of the wire where the host has read the request itself. One that got it from an
 * HTTP server of another make may give the names in lower case and in any order, and may have joined fields
 * of one name with ", " (RFC 9110, section 5.3). It may have read a body before it knows the limit of the
 * route: it says XP_BODY_TOO_LARGE all the same. What is larger than that server reads for anybody, it may
 * answer with 413 by itself. */

/* One HTTP request in flight: a handle with a generation, never an address. So a handle that was used up is
 * recognized: the host logs the second use as the plugin's bug and nothing happens. */
typedef struct xp_exchange xp_exchange;
typedef struct xp_reg xp_reg;       /* a route or a hook; the host's, until unregister */
typedef struct xp_plugin xp_plugin; /* one instance of a plugin; the plugin's, until destroy */

/* What to call when something changes; copied by the call that takes it. Members other than release may be
 * NULL. release follows when neither can be called any more: gone was called, the exchange has ended, or the
 * send was settled. */
typedef struct {
  void* ctx;
  void (*gone)(void* ctx); /* [any] the client has left; at most once, and never for a send */
  void (*writable)(
      void* ctx); /* [any] there is room again; once for each XP_WOULD_BLOCK, perhaps inside that call */
  void (*release)(void* ctx);
} xp_watch;

/* What the host offers to one instance. Two instances have two of these, of the same library too. Data does
 * not change; functions of version 1.0 are never NULL. The first argument is always this table itself. */
typedef struct xp_host {
  uint32_t size, minor;
  xp_str name, version; /* of the server program */
  xp_str domain;        /* whose stanzas this instance gets; prepared (RFC 7622) */
  xp_str prefix;        /* where its routes stand: "/rest", never ending in '/' */
  xp_str state_dir;     /* a directory of its own, existing and writable; or absent */
  uint64_t max_stanza;  /* bytes of one serialized stanza; send_stanza refuses a larger one */

  /* [any] An optional service by its name with revision, XP_EXT_...; NULL where the host lacks it. Valid
   * until destroy has returned, the same at every call. id is NUL-terminated. */
  const void* (*get_extension)(const struct xp_host*, const char* id);

  void (*log)(const struct xp_host*, int32_t level,
              xp_str text); /* [any] one line, without secrets or bodies; until the last release returns */

  /* [setup] in create or start; elsewhere a host may say XP_INVALID, so that it knows all places before it
   * serves any.
   * Requests at prefix + subpath and below ("/rest" covers "/rest/a", not "/restful") come to fn; the longest
   * registered path wins. A body of more than max_body bytes is not read: fn is then called with
   * XP_BODY_TOO_LARGE, so that a plugin refuses it in its own format.
   * fn is [any]; it answers its exchange at once or later, before or after it has returned.
   * XP_OK: *out is for unregister (out may be NULL: registered until destroy). XP_INVALID: a subpath that is
   * neither empty nor begins with '/', or is taken already. On an error nothing is registered. */
  xp_status (*register_route)(const struct xp_host*, xp_str subpath, uint64_t max_body,
                              void (*fn)(void* ctx, xp_exchange*, const xp_request*), void* ctx,
                              void (*release)(void* ctx), xp_reg** out);

  /* [setup] in create or start. Stanzas of these kinds for the domain are offered before the host does
   * anything else with them; so is every answer to a stanza that this plugin sent, whatever its address and
   * whether or not anybody is connected there: also one to an account that it sent for (xp.auth/1), before
   * the account's clients and the server itself see it. An answer is an iq of type result or error, or a
   * message or presence of type error, with the id of what was sent and with its two addresses exchanged.
   * Hooks with higher priority come first.
   * fn is [any]; the host keeps the order that RFC 6120, section 10.1, asks for. It returns quickly: a server
   * may be offering on the thread that reads from its network. What it says:
   * XP_PASS: the next hook is asked, and after the last the host does what it would do without the plugin.
   * XP_CONSUME: taken, nobody else sees it; an iq get or set must then be answered by the plugin.
   * XP_BUSY: is for moments. The host keeps the stanza and what comes behind it, and offers it again, from
   * this hook on, after resume; after 5 s it is refused with wait/resource-constraint. Never say it for an
   * iq: whoever asked can do more with an error at once than with silence.
   * XP_KEEPING: taken, as by XP_CONSUME, but not safe yet: settle_stanza says later what became of it. Until
   * then a host that acknowledges stanzas to whoever it has them from (XEP-0198, a queue) does not
   * acknowledge this one. It holds up nothing: stanzas behind it go on. Where xp_stanza.keep is 0 it counts
   * as XP_PASS. Returns as register_route does. */
  xp_status (*on_stanza)(const struct xp_host*, uint32_t kinds, int32_t priority,
                         int32_t (*fn)(void* ctx, const xp_stanza*), void* ctx, void (*release)(void* ctx),
                         xp_reg** out);

  /* [any] A hook that was XP_BUSY may be asked again; nothing happens where it was not. Sticky: said before
   * XP_BUSY is returned, it counts too, so that no wakeup is lost between the two. */
  void (*resume)(const struct xp_host*, xp_reg*);

  /* [any] No new calls; those under way end in their time, and release tells when. Once for each reg, also
   * from inside its own fn, and by the end of destroy: what is left then the host takes away, and logs. */
  void (*unregister)(const struct xp_host*, xp_reg*);

  /* [any] All or nothing. Stanzas that one thread sends leave in their order. One that reaches this
   * plugin's own hooks has XP_INJECTED where the host can tell; that may happen inside this call.
   * XP_OK: the host holds a copy; a failure from here on comes back as a stanza of type error.
   * XP_WOULD_BLOCK: no room, or an iq get or set while the link is down; retry->writable, where retry is
   * given, is called once when it is worth another try (no promise that it will be taken), or never where the
   * instance is destroyed first. XP_TOO_BIG: more than max_stanza. XP_DENIED: `from` is missing or outside
   * the link's domains. XP_INVALID: not one stanza. XP_GONE: the instance is being destroyed.
   * Too large a stanza or a foreign `from` would end a component's whole stream, and with it everybody's
   * stanzas: that is why they are refused here. flags: 0. */
  xp_status (*send_stanza)(const struct xp_host*, xp_str xml, uint32_t flags, const xp_watch* retry);

  /* Each exchange is ended by exactly one http_respond, or by http_begin .. http_end, even when its client
   * has left: the end is what frees it. Headers and bodies are copied. Content-Length, Transfer-Encoding and
   * Connection are the host's own; a plugin's are dropped. A body that the method or code forbids (HEAD, 204,
   * 304: RFC 9110, section 6.4.1) is not sent. All of it works while draining and after done, too. */

  /* [any] One watch for an exchange; `gone` may run inside the call, where the client has left already.
   * `gone` ends nothing: the exchange is still to be ended. A second watch, or one for a handle that is used
   * up, is released without a call. */
  void (*http_watch)(const struct xp_host*, xp_exchange*, const xp_watch*);

  /* [any] Uses up the handle whatever it returns. XP_OK: on its way. XP_GONE: the client has left.
   * XP_INVALID: the handle is used up or was begun, or the code (200 to 599) or a header (RFC 9110, section
   * 5: a token; no control characters) is none; a client that has no answer yet then gets 500, a stream is
   * cut off. */
  xp_status (*http_respond)(const struct xp_host*, xp_exchange*, int32_t code, const xp_pair* headers,
                            size_t header_count, xp_str body);

  /* [any] A streamed answer: begin once, write any number of times, end once, from one thread at a time.
   * begin: XP_OK or XP_GONE: http_end is to follow. XP_INVALID: the code or a header is none, the client gets
   * 500 and the handle is used up; or the handle is used up or was begun, and nothing changes.
   * write: XP_OK: taken whole; an empty chunk is. XP_WOULD_BLOCK: nothing of the chunk was taken, the
   * exchange's watch hears of room. Where nothing waits to be sent, a chunk of any size is taken. XP_GONE:
   * the client has left. XP_INVALID: not begun, or used up. end uses up the handle; where the stream was not
   * begun, the client gets 500. */
  xp_status (*http_begin)(const struct xp_host*, xp_exchange*, int32_t code, const xp_pair* headers,
                          size_t header_count);
  xp_status (*http_write)(const struct xp_host*, xp_exchange*, xp_str chunk);
  void (*http_end)(const struct xp_host*, xp_exchange*);

  /* Since version 1.1. [any] As send_stanza, with what the plugin knows of the stanza: its kind, the root's
   * attributes unescaped (absent where the root has none), the whole element; flags of both are 0.
   * The plugin answers for it that xml is one sound element as this header begins with, and that these are
   * its attributes: a host may judge by these alone, and what is wrong with xml may end the link's stream. So
   * who has not read it uses send_stanza. Returns as send_stanza does. XP_INVALID: the kind is none, or xml
   * does not begin as one of that kind. */
  xp_status (*send_parsed)(const struct xp_host*, const xp_stanza*, uint32_t flags, const xp_watch* retry);
  /* Since version 1.1. [any] What became of a stanza for which a hook says XP_KEEPING; once for each, perhaps
   * before the hook has returned, and by the end of destroy. verdict: XP_CONSUME: it is safe, as a rule on
   * disk. XP_PASS: the next hook is asked, and so on, though stanzas behind it may be ahead of it by now.
   * Anything else: it is refused, as after XP_BUSY. XP_OK; XP_GONE: the host waits for it no longer, because
   * it was settled before, or after 30 s, when it refused it; XP_INVALID: no stanza has had this number. */
  xp_status (*settle_stanza)(const struct xp_host*, uint64_t keep, int32_t verdict);

  /* Since version 1.1. [setup] Behind register_route: fn is called once a head has arrived, and where a body
   * follows with XP_BODY_FOLLOWS. A host may hand over any body whole all the same. XP_INVALID: no route. */
  xp_status (*stream_bodies)(const struct xp_host*, xp_reg* route);
  /* Since version 1.1. [any] Asks for the next piece of a body that follows. XP_OK: piece is called exactly
   * once, [any], perhaps inside this call; it returns quickly, and may ask for the next. It gets XP_OK with
   * bytes, valid until it returns, or without any where the body is whole; or, instead of what is left,
   * XP_TOO_BIG: longer than max_body; XP_INVALID: malformed; XP_GONE: the exchange has ended, or the client
   * has left, or sent too little for too long (it still gets an answer). A bounded number of bytes is
   * received unasked: so a slow plugin stops the client. An answer before the end closes the connection.
   * XP_INVALID: the handle is used up, a piece is asked for already, or none is to come. */
  xp_status (*http_read)(const struct xp_host*, xp_exchange*,
                         void (*piece)(void* ctx, xp_status, xp_str bytes), void* ctx);
  /* Since version 1.1. [setup] As stream_bodies, for some requests of the route: longest, [any], sees the
   * head of each before the body, and returns at once how long that may be to come in pieces; 0: whole. */
  xp_status (*stream_some)(const struct xp_host*, xp_reg*, uint64_t (*longest)(void*, const xp_request*));
} xp_host;

/* What a plugin is. All functions are [setup]; none may be NULL but reload and get_extension. A host refuses
 * a descriptor that is shorter than version 1.0 or asks for a newer host, and says which. */
typedef struct {
  uint32_t size, minor;    /* of the header that it was built with */
  uint32_t min_host_minor; /* the host must have at least this minor version; 0 where XP_HAS decides */
  uint32_t reserved;
  const char *id, *version, *license; /* "restanza", "1.0.0", an SPDX expression; NUL-terminated */

  /* Makes an instance; any number may live at once, of one library too. settings_json: one JSON object (RFC
   * 8259) as UTF-8 text, so that lists and tables survive every host's configuration language; an unknown key
   * is an error that names it. XP_OK: *out is the instance. On an error nothing of it is left, *out is not
   * used, and destroy is not called. XP_UNSUPPORTED: the host lacks what the plugin needs. */
  xp_status (*create)(const xp_host*, xp_str settings_json, xp_plugin** out, xp_error*);

  /* From here on it serves. Kept apart from create so that a host can check every plugin's settings before
   * anything is visible outside. An error: destroy follows, without a drain. */
  xp_status (*start)(xp_plugin*, xp_error*);

  /* New settings for a running instance, whole as in create. XP_OK: they hold for what begins from now on,
   * and nothing under way is lost; what cannot change while it runs stays as it was and is named in the log,
   * and keeps back nothing else. On an error the old ones go on, all of them. XP_UNSUPPORTED, or no such
   * function: load it anew instead. */
  xp_status (*reload)(xp_plugin*, xp_str settings_json, xp_error*);

  /* Once. Returns at once. done(ctx), [any], exactly once, perhaps before drain returns: no exchange, no
   * outgoing request and no send of this instance remains; at the latest deadline_ms milliseconds from now,
   * 0 included: what is still open then is ended with an error. Until destroy the host goes on serving [any]
   * calls, and the hook goes on being offered stanzas, so that none is lost in between. So its loops go on
   * turning until then: answers on their way out, room for a stanza and the answer to an iq all come from
   * there, and a host that only waits on its one thread waits for the whole deadline. A request that
   * comes after done is answered at once, with 503 where it would need time. An instance that never says done
   * is left alone for ever, never unloaded: a leak is better than code that is gone under a thread. */
  void (*drain)(xp_plugin*, uint32_t deadline_ms, void (*done)(void* ctx), void* ctx);

  /* After done, or without a drain where start failed or was never called. Not from inside done: that may run
   * on a thread of the plugin which destroy waits for. After it only calls that were under
   * way and releases are still to come; with the last of them the plugin's threads have ended, but for one
   * that it ran on, which returns from a call of the host's and ends. */
  void (*destroy)(xp_plugin*);

  /* [any] An optional service of the plugin by its name with revision; NULL where it lacks it. Without an
   * instance (NULL) it gives those that need none; they are valid as long as the library is loaded, others
   * until destroy. */
  const void* (*get_extension)(xp_plugin*, const char* id);
} xp_plugin_desc;

#if defined(_WIN32)
#define XP_EXPORT __declspec(dllexport)
#else
#define XP_EXPORT __attribute__((visibility("default")))
#endif

/* [any] The only exported symbol of a plugin; its name carries the major version, so that a host of another
 * major version finds none instead of something else. Pure, so that a host may look at a library without
 * starting anything. Never NULL; the descriptor is constant and lives as long as the library is loaded. */
XP_EXPORT const xp_plugin_desc* xp_plugin_entry_v1(void);

/* Optional services. They grow as other structs do; a breaking change is a new revision under a new name. */

#define XP_EXT_AUTH "xp.auth/1"
typedef struct {
  uint32_t size, reserved;
  /* [any] Checks an account's password. name as the client wrote it: "alice" or "alice@localhost". Exactly
   * one verdict, [any], perhaps before this returns, also during a drain and after destroy: XP_OK with the
   * account's bare address, XP_DENIED, or XP_INTERNAL where it could not be checked; anything else counts as
   * XP_INTERNAL. A verdict has no release, because it is the one use of its ctx: the host gives every one
   * before it unloads the library. A plugin may take XP_OK for its answer to the same name and password for
   * five seconds more, and not beyond its next reload; no other verdict, and it keeps no password for that.
   * Whoever was let in sends as the account: of an instance that it tells of accounts a host takes as `from`,
   * beside the addresses at `domain`, the bare address of each account for which it said XP_OK, and that
   * address with any resource. It may take every account's. A resource need not be connected, and being sent
   * from does not connect it. Answers come to the hook, see on_stanza; what the hook passes goes the way of
   * everything that is for the account. */
  void (*check_password)(const xp_host*, xp_str name, xp_str password,
                         void (*verdict)(void* ctx, xp_status, xp_str bare_jid), void* ctx);
} xp_auth;

/* Since version 1.1: a bearer token (RFC 6750) that stands for an account, as those of OAuth do, or a session
 * that a client of the server has. What xp_auth says of senders holds for its accounts, too. */
#define XP_EXT_PRINCIPAL "xp.principal/1"
enum { XP_SEND = 1, XP_RECEIVE = 2, XP_ADMIN = 4 }; /* xp_principal.rights, a mask; others count as none */
typedef struct {
  uint32_t size;
  uint32_t rights; /* here: XP_SEND, unless the host has a reason to give more or none */
  xp_str bare_jid; /* of the account, prepared */
  xp_str scopes;   /* of the token, as its issuer wrote them (RFC 6749, section 3.3); or absent */
} xp_principal;
typedef struct {
  uint32_t size, reserved;
  /* [any] Whose token is it? token is what stands behind "Bearer". The host decides whether its scopes are
   * enough for this use, and what rights they give. Exactly one verdict, as that of check_password: XP_OK
   * with the principal; XP_DENIED where there is no such token, or not any more, or not for this;
   * XP_INTERNAL. Unless it is XP_OK the principal is NULL. A plugin asks again for each request: a token that
   * was revoked is good for nothing from then on. */
  void (*check_bearer)(const xp_host*, xp_str token,
                       void (*verdict)(void* ctx, xp_status, const xp_principal*), void* ctx);
} xp_principals;

#define XP_EXT_LINK "xp.link/1"
typedef struct {
  uint32_t size, reserved;
  int32_t (*is_up)(const xp_host*); /* [any] 1: stanzas can leave right now; 0: the connection is down */
} xp_link;

/* Of the plugin, and without an instance: what it keeps in its state directory, for people. */
#define XP_EXT_REPORT "xp.report/1"
typedef struct {
  uint32_t size, reserved;
  /* [any] Calls line for each line, without its end, before it returns. Another process may be using the
   * directory; nothing in it changes. May wait for the disk, alone of all [any]. XP_OK without a line:
   * nothing to tell. An error: the xp_error says what is wrong with the directory; lines may have come. */
  xp_status (*report)(xp_str state_dir, void (*line)(void* ctx, xp_str line), void* ctx, xp_error*);
} xp_report;

/* Of the plugin, and without an instance, since version 1.1: its settings, so that a host with a
 * configuration language of its own can list, document and translate them. Values are judged by create. */
#define XP_EXT_SETTINGS "xp.settings/1"
enum { XP_BOOLEAN = 1, XP_NUMBER = 2, XP_STRING = 4, XP_ARRAY = 8, XP_OBJECT = 16 }; /* of JSON, as a mask */
enum { XP_REQUIRED = 1, XP_RESTART = 2 }; /* xp_setting.flags: it must be given; reload does not change it */
typedef struct {
  uint32_t size, flags;
  uint32_t types, reserved; /* what its value may be; unknown bits are types of a later version */
  xp_str table;             /* absent: it stands at the top; else in the objects of the array with this key */
  xp_str key;
  xp_str values;       /* for people: "whole number, 1 to 256" */
  xp_str default_json; /* what may be written to the same effect as nothing; absent where no value has it */
  xp_str default_text; /* the same for people: "none", "all" */
  xp_str sentence;     /* what it means, without a full stop */
} xp_setting;
typedef struct {
  uint32_t size, reserved;
  /* [any] Calls row for each setting, before it returns: those at the top first, and in the order in which
   * people should read them. Texts are of one line, and code in them stands between backquotes. An error:
   * rows may have come, and some are missing. */
  xp_status (*list)(void (*row)(void* ctx, const xp_setting*), void* ctx);
} xp_settings;

/* Of the plugin, and without an instance, since version 1.1: what its operator has done beside or between the
 * runs of a host, such as bringing a database up to date. Names and words are what stands on a command line. */
#define XP_EXT_TASKS "xp.tasks/1"
typedef struct {
  uint32_t size, reserved;
  xp_str name;
  xp_str domain, state_dir; /* as in xp_host, and settings_json as for create: of the plugin that is meant */
  xp_str settings_json;
  const xp_str* words; /* lent for the call; NULL where there are none */
  size_t word_count;
} xp_task;
typedef struct {
  uint32_t size, reserved;
  /* [any] Does it, and calls line for each line of what came of it, without its end, before it returns. May
   * wait for disks and networks. XP_UNSUPPORTED: there is no such task. Any other error: the xp_error says
   * what is wrong and what to do; lines may have come. */
  xp_status (*run)(const xp_task*, void (*line)(void* ctx, xp_str line), void* ctx, xp_error*);
} xp_tasks;

#ifdef __cplusplus
}
#endif
#endif
