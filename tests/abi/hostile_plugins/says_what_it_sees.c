/* SPDX-License-Identifier: MIT */
/* Does nothing wrong: it reports all that the host shows it of requests and stanzas. */
#define ID "says_what_it_sees"
#define OWN_ON_REQUEST
#define OWN_ON_STANZA
#include "plugin.h"

static void report_header(const xp_pair* header) {
  char name[64];
  size_t length = 0;
  for (; length < header->name.len && length + 1 < sizeof name; ++length) {
    const char c = header->name.ptr[length];
    name[length] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  name[length] = '\0';
  if (strncmp(name, "x-", 2) == 0) report_text(name, header->value);
}

static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request) {
  (void)ctx;
  called("request");
  report_text("path", request->path);
  report_text("query", request->query);
  report_number("flags", (long)request->flags);
  report_number("body", (long)request->body.len);
  for (size_t i = 0; i < request->header_count; ++i) report_header(&request->headers[i]);
  answer(exchange, 200);
}

/* The root's own tag, without what is inside. */
static void report_root(xp_str xml) {
  size_t length = 0;
  while (length < xml.len && xml.ptr[length] != '>') ++length;
  report_text("root", (xp_str){xml.ptr, length});
}

static int32_t on_stanza(void* ctx, const xp_stanza* stanza) {
  (void)ctx;
  called("stanza");
  report_number("kind", (long)stanza->kind);
  report_text("type", stanza->type);
  report_text("from", stanza->from);
  report_root(stanza->xml);
  report_text("id", stanza->id);
  return XP_PASS;
}
