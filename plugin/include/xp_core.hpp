// SPDX-License-Identifier: MIT
// What xp.hpp is made of: guards that stop exceptions, the exchanges that wait, and an instance's life.
// Plugins include xp.hpp and use nothing of xp::detail.
//
// Threads: everything is for any thread; no lock is held while the host or the plugin is called. Ownership:
// contexts share the Core, which owns the plugin's object; the host keeps contexts until it releases them.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#if !defined(_WIN32)
#include <pthread.h>
#include <signal.h>
#endif

#include "xp.h"

namespace xp {

inline std::string_view text(xp_str s) {
  return {s.ptr, s.len};  // absent: data() is null
}
inline xp_str str(std::string_view s) {
  return {s.data(), s.size()};
}

// Thrown by a plugin's constructor, start or reload, to say more than XP_INTERNAL.
class Error : public std::runtime_error {
 public:
  Error(xp_status code, const std::string& sentence) : std::runtime_error(sentence), code_(code) {}
  xp_status code() const { return code_; }

 private:
  xp_status code_;
};

// What a plugin derives from. Its constructor takes (xp::Host, std::string_view settings_json).
class Plugin {
 public:
  virtual ~Plugin() = default;
  virtual void start() {}
  virtual void reload(std::string_view) {
    throw Error(XP_UNSUPPORTED, "new settings are taken at a restart only");
  }
};

namespace detail {

// One line, whatever is in the text; for places where nothing may throw.
inline void complain(const xp_host* host, const char* what, const char* why) noexcept {
  char line[300];
  const int length = std::snprintf(line, sizeof line, "%s: %s", what, why);
  const size_t size = length < 0 ? 0 : std::min(static_cast<size_t>(length), sizeof line - 1);
  for (size_t i = 0; i < size; ++i) {
    if (static_cast<unsigned char>(line[i]) < 0x20) line[i] = ' ';
  }
  host->log(host, XP_ERROR, {line, size});
}

// Runs the plugin's code; false where it threw.
template <class Work>
bool guarded(const xp_host* host, const char* what, Work&& work) noexcept {
  try {
    work();
    return true;
  } catch (const std::exception& e) {
    complain(host, what, e.what());
  } catch (...) {
    complain(host, what, "an exception of a type of its own");
  }
  return false;
}

// The same for calls that return an error's text.
template <class Work>
xp_status answered(xp_error* error, Work&& work) noexcept {
  const auto fail = [&](xp_status code, const char* why) {
    error->code = code;
    std::snprintf(error->text, sizeof error->text, "%s", why);
    return code;
  };
  try {
    work();
    return XP_OK;
  } catch (const Error& e) {
    return fail(e.code(), e.what());
  } catch (const std::exception& e) {
    return fail(XP_INTERNAL, e.what());
  } catch (...) {
    return fail(XP_INTERNAL, "an exception of a type of its own");
  }
}

class Pending;

// The exchanges that wait for their answer. Once it refuses, there will be none again.
class OpenExchanges {
 public:
  bool enter(const std::shared_ptr<Pending>& exchange) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!refusing_) open_.insert(exchange);
    return !refusing_;
  }
  void leave(const std::shared_ptr<Pending>& exchange) {
    const std::lock_guard<std::mutex> lock(mutex_);
    open_.erase(exchange);
    changed_.notify_all();
  }
  bool refuse_where_empty() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return refusing_ = open_.empty();
  }
  // Nothing in it throws or needs memory, for it also runs on a thread of its own.
  void end_all(std::chrono::steady_clock::time_point deadline) noexcept;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::shared_ptr<Pending>> open_;
  bool refusing_ = false;
};

// One exchange, shared by the plugin's Exchange and the drain: whoever comes first answers.
class Pending : public std::enable_shared_from_this<Pending> {
 public:
  Pending(const xp_host* host, xp_exchange* handle, std::shared_ptr<OpenExchanges> open)
      : host_(host), handle_(handle), open_(std::move(open)) {}

  xp_status respond(int32_t code, const xp_pair* headers, size_t count, std::string_view body) noexcept {
    if (ended_.exchange(true)) return XP_GONE;
    const xp_status status = host_->http_respond(host_, handle_, code, headers, count, str(body));
    open_->leave(shared_from_this());
    return status;
  }
  // XP_OK: piece is called once.
  xp_status read(void (*piece)(void*, xp_status, xp_str), void* ctx) {
    if (ended_) return XP_INVALID;
    if (!XP_HAS(xp_host, host_, http_read) || !host_->http_read) return XP_UNSUPPORTED;
    return host_->http_read(host_, handle_, piece, ctx);
  }
  void watch(const xp_watch& watch) {
    if (ended_) return watch.release(watch.ctx);
    host_->http_watch(host_, handle_, &watch);
  }

 private:
  const xp_host* const host_;
  xp_exchange* const handle_;
  const std::shared_ptr<OpenExchanges> open_;
  std::atomic<bool> ended_{false};
};

inline void OpenExchanges::end_all(std::chrono::steady_clock::time_point deadline) noexcept {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait_until(lock, deadline, [this] { return open_.empty(); });
  refusing_ = true;
  std::shared_ptr<Pending>
      late;  // one at a time: a list of them would need memory, which may be what is short
  for (auto at = open_.begin(); at != open_.end(); at = open_.upper_bound(late)) {
    late = *at;
    lock.unlock();
    late->respond(503, nullptr, 0, {});
    lock.lock();
  }
  changed_.wait(lock, [this] { return open_.empty(); });  // for answers that were under way
}

// An instance. Contexts share it, and with it the plugin's object; what it registered is taken back by
// destroy.
class Core : public std::enable_shared_from_this<Core> {
 public:
  explicit Core(const xp_host* host) : host_(host) {}

  const xp_host* host() const { return host_; }
  const std::shared_ptr<OpenExchanges>& open() const { return open_; }
  Plugin& plugin() { return *plugin_; }
  void own(std::unique_ptr<Plugin> plugin) { plugin_ = std::move(plugin); }

  uint64_t keep(xp_reg* reg) {
    const std::lock_guard<std::mutex> lock(mutex_);
    registrations_.emplace(++last_, reg);
    return last_;
  }
  void unregister(uint64_t id) {
    if (xp_reg* const reg = find(id, true)) host_->unregister(host_, reg);
  }
  void resume(uint64_t id) {
    if (xp_reg* const reg = find(id, false)) host_->resume(host_, reg);
  }
  void unregister_all() {
    std::map<uint64_t, xp_reg*> left;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      left.swap(registrations_);
    }
    for (const auto& [id, reg] : left) host_->unregister(host_, reg);
  }

  void drain(std::chrono::milliseconds within, void (*done)(void*), void* ctx) noexcept {
    if (open_->refuse_where_empty()) return done(ctx);
    const auto deadline = std::chrono::steady_clock::now() + within;
    const auto end = [open = open_, done, ctx](auto until) {
      open->end_all(until);
      done(ctx);
    };
#if !defined(_WIN32)
    sigset_t all, before;  // the process's signals are its host's
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
#endif
    const bool waits =
        guarded(host_, "a drain without a thread", [&] { drain_ = std::thread(end, deadline); });
#if !defined(_WIN32)
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
#endif
    if (!waits) end(std::chrono::steady_clock::time_point{});
  }
  void destroy() {
    unregister_all();
    open_->end_all({});  // nothing but where start has failed
    if (drain_.joinable()) drain_.join();
  }

 private:
  xp_reg* find(uint64_t id, bool take) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto at = registrations_.find(id);
    if (at == registrations_.end()) return nullptr;
    xp_reg* const reg = at->second;
    if (take) registrations_.erase(at);
    return reg;
  }

  const xp_host* const host_;
  std::mutex mutex_;
  std::map<uint64_t, xp_reg*> registrations_;
  uint64_t last_ = 0;
  const std::shared_ptr<OpenExchanges> open_ = std::make_shared<OpenExchanges>();
  std::thread drain_;
  std::unique_ptr<Plugin> plugin_;  // goes first: it may hold exchanges
};

}  // namespace detail

}  // namespace xp
