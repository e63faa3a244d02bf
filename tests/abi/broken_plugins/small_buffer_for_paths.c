/* SPDX-License-Identifier: MIT */
/* Copies a path to where it may not fit. */
#define OWN_ON_REQUEST
#include "plugin.h"

static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request) {
  char* path = malloc(256);
  if (!path) abort();
  memcpy(path, request->path.ptr, request->path.len);
  answer(ctx, exchange, path[0] == '/' ? 200 : 400);
  free(path);
}
