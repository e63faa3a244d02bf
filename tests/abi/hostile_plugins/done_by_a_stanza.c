/* SPDX-License-Identifier: MIT */
/* Its drain is done when a stanza has come; it does not look at the deadline. */
#define ID "done_by_a_stanza"
#define OWN_ON_STANZA
#define OWN_DRAIN
#include <pthread.h>

#include "plugin.h"

/* A host may offer on one thread and drain on another. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void (*say_done)(void* ctx); /* NULL: it is not drained, or is done */
static void* say_done_to;

static int32_t on_stanza(void* ctx, const xp_stanza* stanza) {
  (void)ctx;
  pthread_mutex_lock(&lock);
  void (*const done)(void*) = say_done;
  void* const to = say_done_to;
  say_done = NULL;
  pthread_mutex_unlock(&lock);
  called("stanza");
  report_text("id", stanza->id);
  if (done) done(to);
  return XP_CONSUME;
}

static void drain(xp_plugin* plugin, uint32_t deadline_ms, void (*done)(void* ctx), void* ctx) {
  (void)plugin, (void)deadline_ms;
  pthread_mutex_lock(&lock);
  say_done_to = ctx;
  say_done = done;
  pthread_mutex_unlock(&lock);
  called("drain");
}
