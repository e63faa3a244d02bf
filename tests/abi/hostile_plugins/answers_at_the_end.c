/* SPDX-License-Identifier: MIT */
/* Keeps a request until it is drained; then it sends a hundred stanzas, answers, and is done at once. */
#define ID "answers_at_the_end"
#define OWN_ON_REQUEST
#define OWN_DRAIN
#include <pthread.h>

#include "plugin.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* requests come on any thread */
static xp_exchange* kept;

static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request) {
  (void)ctx, (void)request;
  pthread_mutex_lock(&lock);
  kept = exchange;
  pthread_mutex_unlock(&lock);
  called("request");
}

static void drain(xp_plugin* plugin, uint32_t deadline_ms, void (*done)(void* ctx), void* ctx) {
  long taken = 0;
  (void)plugin, (void)deadline_ms;
  called("drain");
  while (taken < 100 && say("<message id='last' from='hostile.localhost' to='alice@localhost'/>") == XP_OK) {
    ++taken;
  }
  report_number("taken", taken);
  pthread_mutex_lock(&lock);
  xp_exchange* const exchange = kept;
  pthread_mutex_unlock(&lock);
  if (exchange) answer(exchange, 200);
  done(ctx);
}
