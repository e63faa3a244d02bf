// SPDX-License-Identifier: MIT
// The cheapest host there can be, so that what is measured is the plugin: it loads the library through its
// entry, keeps one route and one hook, and drops what the plugin sends. The host kit would
// be measured with it.
//
// Threads: post and offer are for one thread; the plugin may call back on any.
// Ownership: owns the library and its one instance; the destructor drains it and ends it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <future>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "xp.h"

struct xp_reg {
  void (*route)(void* ctx, xp_exchange*, const xp_request*) = nullptr;
  int32_t (*hook)(void* ctx, const xp_stanza*) = nullptr;
  void* ctx = nullptr;
  void (*release)(void* ctx) = nullptr;
};

namespace restanza::bench {

inline xp_str view(std::string_view text) {
  return {text.data(), text.size()};
}

class BareHost {
 public:
  static constexpr std::string_view kDomain = "rest.localhost";

  // Throws std::runtime_error where the plugin cannot be loaded or started.
  BareHost(const char* library, const std::string& settings_json);
  ~BareHost();
  BareHost(const BareHost&) = delete;
  BareHost& operator=(const BareHost&) = delete;

  // POST at the prefix; the status of the answer, 0 where it is still to come.
  int32_t post(const std::vector<xp_pair>& headers, std::string_view body);
  // The status of the last request's answer, 0 where it is still to come.
  int32_t answered() const { return answered_.load(std::memory_order_acquire); }
  // Offers a stanza to the hook, again after `resume` where it was busy. True: taken.
  bool offer(const xp_stanza& stanza);
  uint64_t sent() const { return sent_.load(std::memory_order_relaxed); }

 private:
  struct Table {
    xp_host host;  // first: a pointer to it is a pointer to the table
    BareHost* owner;
  };
  static BareHost& self(const xp_host* host);
  static const void* get_extension(const xp_host*, const char*);
  static void log(const xp_host*, int32_t level, xp_str text);
  static xp_status register_route(const xp_host*, xp_str, uint64_t,
                                  void (*)(void*, xp_exchange*, const xp_request*), void*, void (*)(void*),
                                  xp_reg**);
  static xp_status on_stanza(const xp_host*, uint32_t, int32_t, int32_t (*)(void*, const xp_stanza*), void*,
                             void (*)(void*), xp_reg**);
  static void resume(const xp_host*, xp_reg*);
  static void unregister(const xp_host*, xp_reg*);
  static xp_status send_stanza(const xp_host*, xp_str, uint32_t, const xp_watch*);
  static void http_watch(const xp_host*, xp_exchange*, const xp_watch*);
  static xp_status http_respond(const xp_host*, xp_exchange*, int32_t, const xp_pair*, size_t, xp_str);
  static xp_status http_begin(const xp_host*, xp_exchange*, int32_t, const xp_pair*, size_t);
  static xp_status http_write(const xp_host*, xp_exchange*, xp_str);
  static void http_end(const xp_host*, xp_exchange*);

  void* library_ = nullptr;
  const xp_plugin_desc* plugin_ = nullptr;
  xp_plugin* instance_ = nullptr;
  Table table_;
  xp_reg route_, hook_;
  xp_watch watch_{};  // of the one request in flight
  uintptr_t request_ = 0;
  std::atomic<int32_t> answered_{0};
  std::atomic<uint64_t> sent_{0};
  std::mutex mutex_;
  std::condition_variable resumed_;
  bool may_resume_ = false;  // guarded by mutex_
};

}  // namespace restanza::bench
