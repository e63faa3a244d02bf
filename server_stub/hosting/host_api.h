// SPDX-License-Identifier: MIT
// The host's side of xp.h for one plugin instance: the vtable, over the exchanges, the routes, the hooks and
// the link. What the plugin does wrong is logged with its name and harmless.
//
// Threads as xp.h says. The services behind it outlive it; it outlives the plugin instance, and whoever frees
// it waits for `contexts` to reach zero first.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/in_flight.h"
#include "hosting/calls.h"
#include "hosting/hook_watch.h"
#include "hosting/hooks.h"
#include "hosting/open_exchanges.h"
#include "hosting/routes.h"
#include "link/xmpp_link.h"
#include "xp.h"

namespace restanza::host {

class HostApi {
 public:
  // Absent where the host has no accounts. Exactly one verdict.
  using CheckPassword = std::function<void(std::string name, std::string password,
                                           std::function<void(xp_status, std::string bare_jid)> verdict)>;

  // The same for bearer tokens.
  struct Principal {
    std::string bare_jid;
    std::string scopes;  // empty: none
    uint32_t rights = XP_SEND;
  };
  using CheckBearer =
      std::function<void(std::string token, std::function<void(xp_status, const Principal&)> verdict)>;

  struct Place {
    std::string host_name, host_version;  // of the server program
    std::string domain;
    std::string prefix;
    std::string http_host;
    std::string state_dir;  // empty: none
  };

  // Stages of the instance's life, as far as they decide what is allowed.
  enum class Stage { setup, running, draining, gone };

  HostApi(Place place, Exchanges& exchanges, Routes& routes, std::shared_ptr<Hooks> hooks,
          std::shared_ptr<Link> link, CheckPassword check_password, Log& log,
          CheckBearer check_bearer = nullptr);
  ~HostApi();
  HostApi(const HostApi&) = delete;
  HostApi& operator=(const HostApi&) = delete;

  const xp_host* vtable() const { return &table_.host; }
  void enter(Stage stage) { stage_ = stage; }
  Log& log() { return log_; }

  // Requests and stanzas reach the instance between these two; before and after them requests get 503, and
  // its hooks pass. `dismiss` waits for the calls in the instance. False: after `within` one is still there.
  void admit() { calls_->open(); }
  bool dismiss(std::chrono::milliseconds within) { return calls_->close(within); }

  // Answers the exchanges that the instance has left open with 500; returns how many they were.
  size_t end_exchanges();
  void withdraw();  // the routes and hooks that the instance has left behind
  void abandon();   // the same where the instance still runs: their contexts are not released

  // Waits until the host holds no context of the plugin any more. False after `within`: then the library must
  // stay.
  bool wait_for_release(std::chrono::milliseconds within);

 private:
  // What stands in the table for a function of these: the same, and it never throws. See no_throw.h.
  template <auto function, int32_t failed = XP_INTERNAL>
  struct NoThrow;

  static HostApi& self(const xp_host* host);
  static const void* get_extension(const xp_host* host, const char* id);
  static void write_log(const xp_host* host, int32_t level, xp_str text);
  static xp_status register_route(const xp_host* host, xp_str subpath, uint64_t max_body,
                                  void (*fn)(void*, xp_exchange*, const xp_request*), void* ctx,
                                  void (*release)(void*), xp_reg** out);
  static xp_status on_stanza(const xp_host* host, uint32_t kinds, int32_t priority,
                             int32_t (*fn)(void*, const xp_stanza*), void* ctx, void (*release)(void*),
                             xp_reg** out);
  static void resume(const xp_host* host, xp_reg* reg);
  static void unregister(const xp_host* host, xp_reg* reg);
  static xp_status settle_stanza(const xp_host* host, uint64_t keep, int32_t verdict);
  static xp_status send_stanza(const xp_host* host, xp_str xml, uint32_t flags, const xp_watch* retry);
  static xp_status send_parsed(const xp_host* host, const xp_stanza* parsed, uint32_t flags,
                               const xp_watch* retry);
  static void http_watch(const xp_host* host, xp_exchange* exchange, const xp_watch* watch);
  static xp_status http_respond(const xp_host* host, xp_exchange* exchange, int32_t code,
                                const xp_pair* headers, size_t header_count, xp_str body);
  static xp_status http_begin(const xp_host* host, xp_exchange* exchange, int32_t code,
                              const xp_pair* headers, size_t header_count);
  static xp_status http_write(const xp_host* host, xp_exchange* exchange, xp_str chunk);
  static void http_end(const xp_host* host, xp_exchange* exchange);
  static xp_status stream_bodies(const xp_host* host, xp_reg* route);
  static xp_status stream_some(const xp_host* host, xp_reg* route,
                               uint64_t (*longest)(void*, const xp_request*));
  static xp_status http_read(const xp_host* host, xp_exchange* exchange,
                             void (*piece)(void*, xp_status, xp_str), void* ctx);
  static void check_password(const xp_host* host, xp_str name, xp_str password,
                             void (*verdict)(void*, xp_status, xp_str), void* ctx);
  static void check_bearer(const xp_host* host, xp_str token,
                           void (*verdict)(void*, xp_status, const xp_principal*), void* ctx);
  static int32_t is_up(const xp_host* host);

  // A context that the plugin gave: counted, and released with its last copy.
  std::shared_ptr<void> keep(void* ctx, void (*release)(void*));
  std::function<void()> keep_writable(const xp_watch* retry);  // empty where nobody wants to hear of room
  xp_status may_send(size_t bytes);                            // XP_OK: so far nothing is against it
  struct Registration {
    bool route;                          // else a hook
    std::shared_ptr<const void> call;    // the function with its context
    uint64_t id = 0;                     // of the route or the hook; 0: not yet
    std::shared_ptr<void> context = {};  // of a route
  };
  // Remembers a registration, and then lets `add` make it and give its id, or 0 where that cannot be: so
  // nothing that can fail comes after it is made. Null: nothing is registered.
  xp_reg* make(bool route, std::shared_ptr<const void> call, const std::function<uint64_t()>& add);
  std::optional<Registration> find(xp_reg* reg, bool take);
  void set_context(xp_reg* reg, std::shared_ptr<void> context);
  void remove(const Registration& registration);
  void serve(const Routes::Handle* call, ExchangeId id, const HttpRequest& request);
  xp_status misuse(const std::string& what);  // logs it as the plugin's bug: XP_INVALID
  xp_status no_exchange(const char* call);
  bool good_answer(const char* call, int32_t code, const std::vector<Header>& headers);

  struct Table {  // the vtable and the way back from it
    xp_host host;
    HostApi* api;
  };

  const Place place_;
  Table table_;
  const xp_auth auth_;
  const xp_principals principals_;
  const xp_link link_extension_;
  Exchanges& http_;
  Routes& routes_;
  const std::shared_ptr<Hooks> hooks_;
  const std::shared_ptr<Link> link_;
  const CheckPassword check_password_;
  const CheckBearer check_bearer_;
  Log& log_;
  const Routes::Id mount_;
  std::atomic<Stage> stage_{Stage::setup};
  // Shared with what the source of requests and the links hold: a request whose body is still on its way may
  // come later than the end of all this.
  const std::shared_ptr<Calls> calls_ = std::make_shared<Calls>();
  OpenExchanges exchanges_;
  HookWatch hook_watch_;
  const std::shared_ptr<InFlight> contexts_ = std::make_shared<InFlight>();

  std::mutex mutex_;
  std::map<uintptr_t, Registration> registrations_;  // by handle
  uintptr_t last_registration_ = 0;
};

}  // namespace restanza::host
