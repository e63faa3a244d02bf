/* SPDX-License-Identifier: MIT */
/* Takes bodies in pieces, asks for one more behind the end of each, and answers then. One request at a time.
 */
#define ID "takes_pieces"
#define OWN_LOOK_AT_HOST
#define OWN_START
#define OWN_ON_REQUEST
#include "plugin.h"

static xp_exchange* taken_from;
static long total; /* bytes */

static void look_at_host(const xp_host* host) {
  report_offer("http_read", XP_HAS(xp_host, host, http_read) && host->http_read && host->stream_bodies);
}

static xp_status start(xp_plugin* plugin, xp_error* error) {
  const xp_host* host = plugin->host;
  (void)error;
  called("start");
  if (XP_HAS(xp_host, host, http_read) && host->http_read && host->stream_bodies) {
    report_number("stream_bodies", host->stream_bodies(host, plugin->route));
  }
  return XP_OK;
}

static void on_piece(void* ctx, xp_status status, xp_str bytes);

static xp_status ask(void) {
  const xp_status status = instance.host->http_read(instance.host, taken_from, on_piece, &instance);
  if (status == XP_OK) report("asked", NULL);
  return status;
}

static void on_piece(void* ctx, xp_status status, xp_str bytes) {
  (void)ctx;
  total += (long)bytes.len;
  report_number("piece", total);
  if (status == XP_OK && bytes.len > 0) {
    ask();
    return;
  }
  report_number("end", status);
  report_number("http_read", ask());
  answer(taken_from, 200);
}

static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request) {
  (void)ctx;
  called("request");
  report_number("follows", (request->flags & XP_BODY_FOLLOWS) != 0);
  if (!(request->flags & XP_BODY_FOLLOWS)) {
    answer(exchange, 200);
    return;
  }
  taken_from = exchange;
  total = 0;
  ask();
}
