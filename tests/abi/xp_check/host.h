// SPDX-License-Identifier: MIT
// The hostile host: xp.h's table over plain memory, and whatever a case wants of the world. It lends as
// little as the rules allow, keeps count of what the plugin owes, and notes every rule that the plugin
// breaks. It does not stand on the host kit, which is a host that means well.
//
// Threads: the life (create .. destroy) on the case's thread, everything else on any. It calls the plugin
// without a lock and keeps every context until its last use. It stays until the process ends: what a plugin
// calls too late is noted too.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lent.h"
#include "xp.h"

namespace restanza::check {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method = "GET";
  std::string path;
  std::optional<std::string> query = std::nullopt;
  Headers headers = {};
  std::string body = {};
  uint32_t flags = 0;
};

struct Stanza {
  uint32_t kind = XP_MESSAGE;
  std::string type, from, to, id, content;
  uint32_t flags = 0;
  std::string raw = {};  // instead of what the attributes make
  std::string xml() const;
};

class Context;
using ContextPtr = std::shared_ptr<Context>;

struct Watch {
  void (*gone)(void*) = nullptr;
  void (*writable)(void*) = nullptr;
  ContextPtr context;
  void say_gone() const;
  void say_writable() const;
};

struct Exchange {
  xp_exchange* handle = nullptr;
  int ends = 0;
  int32_t code = 0;
  std::atomic<bool> begun{false};
  std::atomic<bool> gone{false};
  std::shared_ptr<Watch> watch;
  std::weak_ptr<Exchange> self;
};
using ExchangePtr = std::shared_ptr<Exchange>;

struct Outcome {
  xp_status status = XP_OK;
  std::string text;  // of the error
};

class Host {
 public:
  struct Settings {
    std::string domain = "rest.localhost";
    std::string prefix = "/rest";
    size_t table_size = sizeof(xp_host);  // shorter: what is missing cannot be touched
    bool extensions = true;
    bool keeping = true;            // hooks may say XP_KEEPING
    bool newer_functions = true;    // false: what is newer than version 1.0 is NULL
    xp_status registering = XP_OK;  // what routes and hooks are answered with
    bool late_release = false;      // registrations are released on another thread, after destroy
    std::string state_dir = {};     // empty: absent
  };

  // What the world says to the plugin's calls; a case may set them while the plugin is silent.
  using Retry = std::shared_ptr<Watch>;
  std::function<xp_status(const std::string& xml, const Retry&)> on_send;
  std::function<xp_status(Exchange&)> on_write;
  std::function<void(const ExchangePtr&)> on_begin, on_end;
  using Verdict = std::function<void(xp_status)>;
  std::function<void(Verdict)> on_check;  // of a password or a token; default: XP_OK at once

  Host(const xp_plugin_desc& plugin, Settings settings);

  Outcome create(const std::string& settings_json);
  Outcome create(xp_str settings_json);
  Outcome start();
  Outcome reload(const std::string& settings_json);  // XP_UNSUPPORTED where the plugin has no reload
  void drain(std::chrono::milliseconds within);
  bool done_within(std::chrono::milliseconds patience);
  void destroy();
  // The end by the book: drain, done in time and once, destroy, nothing owed. Throws Failed.
  void finish(std::chrono::milliseconds within = std::chrono::seconds(1));
  void verify();  // throws Failed with the first rule that was broken
  void settle();  // releases everything that the host still holds

  const Settings& settings() const { return settings_; }
  bool alive() const { return plugin_ != nullptr; }
  void revive();  // for another instance

  // Requests: to each route, as a client or with a handle that belongs to nobody.
  struct Place {
    std::string path;
    uint64_t max_body;
  };
  std::vector<Place> routes() const;
  ExchangePtr ask(const Request& request, bool left_before = false);
  void leave(const ExchangePtr& exchange);
  void make_room(const ExchangePtr& exchange);  // says writable
  bool answered(const ExchangePtr& exchange, std::chrono::milliseconds patience);
  bool all_ended(std::chrono::milliseconds patience);

  uint32_t hooked_kinds() const;
  // To the hooks for its kind; what the last one says. What a hook keeps counts as XP_CONSUME.
  int32_t offer(const Stanza& stanza);
  void offer_until_taken(Stanza stanza);  // again after each resume, as long as a hook is busy
  std::vector<std::string> sent() const;
  void retry_all();  // tells and drops every watch that waits for room

  void broken(const std::string& rule);

 private:
  friend class Context;
  struct Registration;
  struct Table;  // the functions of xp_host

  static Host& of(const xp_host* host);
  ContextPtr keep(const char* call, void* ctx, void (*release)(void*));
  ExchangePtr find(const char* call, xp_exchange* handle);
  xp_status enter(std::shared_ptr<Registration> registration, xp_reg** out);
  void end(const ExchangePtr& exchange);
  void called(const char* function);
  uint64_t next_number();  // for a stanza that is offered
  void keeps(uint64_t number, bool keeping);
  bool wait(std::chrono::milliseconds patience, const std::function<bool()>& reached);
  Outcome outcome(const char* step, xp_status status, const xp_error& error, bool instance);

  const xp_plugin_desc& descriptor_;
  const Settings settings_;
  Lent memory_;
  xp_host* table_ = nullptr;
  xp_auth auth_{};
  xp_link link_{};
  xp_principals principals_{};
  xp_plugin* plugin_ = nullptr;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<uintptr_t, std::shared_ptr<Registration>> registrations_;
  std::vector<std::shared_ptr<Registration>> unregistered_;  // for a late release
  std::map<uintptr_t, ExchangePtr> exchanges_;
  std::vector<std::string> sent_;
  std::map<uint64_t, std::pair<bool, bool>> kept_;  // by number: a hook keeps it; it was settled
  uint64_t last_number_ = 0;
  std::vector<Retry> retries_;
  std::vector<std::string> broken_;
  uintptr_t last_handle_ = 0x1000;
  size_t contexts_ = 0;
  int done_ = 0;
  uint64_t resumes_ = 0;
  bool setup_ = false;
  bool destroying_ = false;
  bool destroyed_ = false;
};

}  // namespace restanza::check
