// SPDX-License-Identifier: MIT
// What the hostile host is made of, shared by its source files. Threads and owners as host.h says.
#pragma once

#include <string>

#include "host.h"

namespace restanza::check {

inline std::string copy(xp_str view) {
  return view.ptr ? std::string(view.ptr, view.len) : std::string();
}

// What the plugin gave with a release: released when the last one who uses it lets go.
class Context {
 public:
  Context(Host& host, void* ctx, void (*release)(void*)) : host_(host), ctx_(ctx), release_(release) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() {
    if (release_) release_(ctx_);
    const std::lock_guard<std::mutex> lock(host_.mutex_);
    --host_.contexts_;
    host_.changed_.notify_all();
  }
  void* get() const { return ctx_; }

 private:
  Host& host_;
  void* const ctx_;
  void (*const release_)(void*);
};

struct Host::Registration {
  std::string subpath;
  uint64_t max_body = 0;
  uint32_t kinds = 0;  // 0: a route
  int32_t priority = 0;
  void (*on_request)(void*, xp_exchange*, const xp_request*) = nullptr;
  int32_t (*on_stanza)(void*, const xp_stanza*) = nullptr;
  ContextPtr context;
  bool known = false;  // the plugin has taken its handle, and so is to unregister it
};

struct Host::Table {
  static const void* get_extension(const xp_host*, const char* id);
  static void log(const xp_host*, int32_t level, xp_str text);
  static xp_status register_route(const xp_host*, xp_str subpath, uint64_t max_body,
                                  void (*fn)(void*, xp_exchange*, const xp_request*), void* ctx,
                                  void (*release)(void*), xp_reg** out);
  static xp_status on_stanza(const xp_host*, uint32_t kinds, int32_t priority,
                             int32_t (*fn)(void*, const xp_stanza*), void* ctx, void (*release)(void*),
                             xp_reg** out);
  static void resume(const xp_host*, xp_reg*);
  static void unregister(const xp_host*, xp_reg*);
  static xp_status settle_stanza(const xp_host*, uint64_t keep, int32_t verdict);
  static xp_status send_stanza(const xp_host*, xp_str xml, uint32_t flags, const xp_watch* retry);
  static xp_status send_parsed(const xp_host*, const xp_stanza* parsed, uint32_t flags,
                               const xp_watch* retry);
  static void http_watch(const xp_host*, xp_exchange*, const xp_watch*);
  static xp_status http_respond(const xp_host*, xp_exchange*, int32_t code, const xp_pair* headers,
                                size_t count, xp_str body);
  static xp_status http_begin(const xp_host*, xp_exchange*, int32_t code, const xp_pair* headers,
                              size_t count);
  static xp_status http_write(const xp_host*, xp_exchange*, xp_str chunk);
  static void http_end(const xp_host*, xp_exchange*);
  static void check_password(const xp_host*, xp_str name, xp_str password,
                             void (*verdict)(void*, xp_status, xp_str), void* ctx);
  static void check_bearer(const xp_host*, xp_str token,
                           void (*verdict)(void*, xp_status, const xp_principal*), void* ctx);
  static int32_t is_up(const xp_host*);
};

}  // namespace restanza::check
