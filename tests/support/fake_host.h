// SPDX-License-Identifier: MIT
// A host for tests: xp.h's vtable over plain memory, and whatever the test wants the world to do. It takes
// one plugin instance through its life, keeps what the plugin sends, registers and answers, and notes every
// rule of the border that the plugin breaks. What it lends is overwritten and freed as soon as the call
// returns. It does not
// stand on the host kit, which tidies away what a test wants to see.
//
// Threads: the life (create .. destroy) on the test's thread; everything else on any. It calls the plugin
// without holding a lock, owns every context until its release, and must outlive the instance.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "xp.h"

namespace restanza {

inline constexpr std::chrono::seconds kPatience{30};  // far beyond what any event here takes

class FakeHost {
 public:
  struct Settings {
    std::string domain = "rest.localhost";
    std::string prefix = "/rest";
    uint64_t max_stanza = 262144;
    uint32_t size = sizeof(xp_host);  // an older host has a shorter one
    bool knows_newer = true;          // false: what is newer than version 1.0 is NULL
    bool has_auth = true;
    bool has_link = true;
    bool has_bearers = false;
    bool keeps = false;  // hooks may say XP_KEEPING
    bool refuse_route = false;
    bool refuse_hook = false;
  };
  using Headers = std::vector<std::pair<std::string, std::string>>;
  struct Request {
    std::string method = "POST";
    std::string path;  // with the prefix
    Headers headers;
    std::string body;
    std::optional<std::string> query = std::nullopt;
  };
  struct Response {
    int status = 0;
    Headers headers;
    std::string body;
    bool cut_off = false;                             // a stream that is not complete
    std::string header(std::string_view name) const;  // empty where absent
  };
  struct Exchange;
  using Call = std::shared_ptr<Exchange>;

  explicit FakeHost(const xp_plugin_desc* plugin);
  FakeHost(const xp_plugin_desc* plugin, Settings settings);
  ~FakeHost();
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;

  // The plugin's life. `create` and `start` return the error's text, empty where they succeeded.
  std::string create(std::string_view settings_json);
  std::string start();
  void drain(std::chrono::milliseconds within);
  bool wait_done();  // false: not said within the patience
  int done_count() const;
  void destroy();
  xp_plugin* plugin() const { return plugin_; }
  xp_status last_code() const { return last_code_; }  // of create or start

  // Requests. A route is found as a host does it; the answer is waited for with a deadline.
  Call request(const Request& request);
  std::optional<Response> wait(const Call& call);
  std::optional<Response> now(const Call& call) const;  // what there is already
  Response ask(const Request& asked);                   // request and wait; status 0: no answer came
  void leave(const Call& call);                         // the client goes away

  // A streamed answer, while it is written: what there is of it, and whether there is room for more.
  enum class Room { there, none, in_the_call };  // the last: there is room again before the call returns
  Response so_far(const Call& call) const;
  void room(const Call& call, Room room);  // there again after none: `writable` is told on this thread

  // Stanzas from the network: what the hooks say of one, in the order of their priority.
  int32_t offer(const std::string& xml, uint32_t flags = 0);

  // What became of the stanzas that hooks keep, in the order in which it was said; fewer only after the
  // patience.
  std::vector<int32_t> wait_settled(size_t count);

  // Stanzas to the network. A verdict of XP_OK keeps the stanza; by default the host judges size and `from`.
  using Verdict = std::function<xp_status(const std::string& xml)>;
  void on_send(Verdict verdict);
  void link(bool up);
  std::vector<std::string> sent() const;
  std::vector<std::string> wait_sent(size_t count);  // fewer only after the patience
  size_t sent_parsed() const;                        // calls in which the attributes were given
  size_t retries() const;                            // watches that wait for room
  bool wait_retries(size_t count);
  void writable();      // tells all of them, and releases them
  void drop_retries();  // releases them untold

  // Passwords: accounts that are known, and whether verdicts wait until the test gives them.
  void account(const std::string& name, const std::string& password, const std::string& bare_jid);
  // Tokens that are known; their verdicts always wait for give_verdicts.
  void bearer(const std::string& token, const std::string& bare_jid, uint32_t rights);
  void password_checks_fail();
  void hold_verdicts();
  size_t held_verdicts() const;
  bool wait_held_verdicts(size_t count);
  void give_verdicts();  // on the calling thread

  std::vector<std::string> log() const;
  std::vector<std::string> failures() const;  // rules of the border that the plugin broke
  size_t contexts() const;                    // given by the plugin and not yet released
  size_t open_exchanges() const;

 private:
  struct Context;
  struct Table;
  struct Route;
  struct Hook;
  struct Watch;
  using ContextPtr = std::shared_ptr<Context>;

  static FakeHost& self(const xp_host* host);
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
  static void http_watch(const xp_host* host, xp_exchange* handle, const xp_watch* watch);
  static xp_status http_respond(const xp_host* host, xp_exchange* handle, int32_t code,
                                const xp_pair* headers, size_t header_count, xp_str body);
  static xp_status http_begin(const xp_host* host, xp_exchange* handle, int32_t code, const xp_pair* headers,
                              size_t header_count);
  static xp_status http_write(const xp_host* host, xp_exchange* handle, xp_str chunk);
  static void http_end(const xp_host* host, xp_exchange* handle);
  static void check_password(const xp_host* host, xp_str name, xp_str password,
                             void (*verdict)(void*, xp_status, xp_str), void* ctx);
  static void check_bearer(const xp_host* host, xp_str token,
                           void (*verdict)(void*, xp_status, const xp_principal*), void* ctx);
  static int32_t is_up(const xp_host* host);

  void fail(std::string what);
  void forget_keep(uint64_t keep);
  bool good_head(int32_t code, const Headers& headers);
  ContextPtr keep(void* ctx, void (*release)(void*));
  Call exchange_of(xp_exchange* handle);
  xp_status judge(const std::string& xml) const;
  bool wait_until(const std::function<bool()>& reached) const;

  const xp_plugin_desc* const desc_;
  const Settings settings_;
  std::unique_ptr<Table> table_;
  xp_plugin* plugin_ = nullptr;
  xp_status last_code_ = XP_OK;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::map<uintptr_t, std::shared_ptr<Route>> routes_;
  std::map<uintptr_t, std::shared_ptr<Hook>> hooks_;
  std::map<uintptr_t, Call> exchanges_;
  uintptr_t last_handle_ = 0;
  bool setup_ = false;      // inside create or start
  bool destroyed_ = false;  // a call from now on is a failure
  int done_ = 0;
  bool link_up_ = true;
  Verdict verdict_;
  std::vector<std::string> sent_;
  size_t sent_parsed_ = 0;
  std::map<uint64_t, bool> keeping_;  // numbers that may be settled, and whether they were
  uint64_t last_keep_ = 0;
  std::vector<int32_t> settled_;
  std::vector<std::shared_ptr<Watch>> retries_;
  std::map<std::string, std::pair<std::string, std::string>> accounts_;
  std::map<std::string, std::pair<std::string, uint32_t>> bearers_;
  bool checks_fail_ = false;
  bool hold_verdicts_ = false;
  std::deque<std::function<void()>> verdicts_;
  std::vector<std::string> log_;
  std::vector<std::string> failures_;
  size_t contexts_ = 0;
};

}  // namespace restanza
