// SPDX-License-Identifier: MIT
// What the fake host is made of, shared by its source files. Threads and owners as fake_host.h says.
#pragma once

#include <string>

#include "support/fake_host.h"
#include "support/lent.h"

namespace restanza {

inline std::string copy(xp_str view) {
  return view.ptr ? std::string(view.ptr, view.len) : std::string();
}

// A context of the plugin's: released when the last one who uses it lets go.
struct FakeHost::Context {
  Context(FakeHost& h, void* c, void (*r)(void*)) : host(h), ctx(c), release(r) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() {
    release(ctx);
    const std::lock_guard<std::mutex> lock(host.mutex_);
    --host.contexts_;
    host.changed_.notify_all();
  }
  FakeHost& host;
  void* const ctx;
  void (*const release)(void*);
};

struct FakeHost::Route {
  std::string subpath;
  uint64_t max_body;
  void (*fn)(void*, xp_exchange*, const xp_request*);
  ContextPtr context;
};

struct FakeHost::Hook {
  uint32_t kinds;
  int32_t priority;
  int32_t (*fn)(void*, const xp_stanza*);
  ContextPtr context;
};

struct FakeHost::Watch {
  void (*gone)(void*);
  void (*writable)(void*);
  ContextPtr context;
};

struct FakeHost::Exchange {
  xp_exchange* handle = nullptr;
  Response response;
  bool begun = false;
  bool ended = false;
  bool gone = false;
  Room room = Room::there;
  bool blocked = false;  // a write found no room, and `writable` is still to be told
  std::shared_ptr<Watch> watch;
};

struct FakeHost::Table {
  xp_host host;  // first: a pointer to it is a pointer to the table
  FakeHost* owner;
  xp_auth auth;
  xp_link link;
  xp_principals principals;
};

}  // namespace restanza
