// SPDX-License-Identifier: MIT
// The hostile host's table and the life of its instance.
#include "host.h"

#include <algorithm>
#include <cstring>
#include <thread>

#include "check.h"
#include "host_parts.h"

namespace restanza::check {
namespace {

// The table may be too short to hold anything but its size, so hosts are known by its address. Never
// destroyed: a plugin may call until the process has ended.
struct Known {
  std::mutex mutex;
  std::map<const xp_host*, Host*> hosts;
};
Known& known() {
  static Known& all = *new Known;
  return all;
}

xp_str view(const std::string& text) {
  return {text.data(), text.size()};
}

constexpr char kRubbish = '\x5A';  // what the plugin must not read

}  // namespace

Host::Host(const xp_plugin_desc& plugin, Settings settings)
    : descriptor_(plugin), settings_(std::move(settings)) {
  xp_host full{};
  full.size = static_cast<uint32_t>(settings_.table_size);
  full.minor = settings_.table_size > sizeof full ? XP_MINOR + 7 : XP_MINOR;
  full.name = {"xp_check", 8};
  full.version = {"1", 1};
  full.domain = view(settings_.domain);
  full.prefix = view(settings_.prefix);
  full.state_dir = settings_.state_dir.empty() ? xp_str{nullptr, 0} : view(settings_.state_dir);
  full.max_stanza = 262144;
  full.get_extension = Table::get_extension;
  full.log = Table::log;
  full.register_route = Table::register_route;
  full.on_stanza = Table::on_stanza;
  full.resume = Table::resume;
  full.unregister = Table::unregister;
  full.send_stanza = Table::send_stanza;
  full.http_watch = Table::http_watch;
  full.http_respond = Table::http_respond;
  full.http_begin = Table::http_begin;
  full.http_write = Table::http_write;
  full.http_end = Table::http_end;
  if (settings_.newer_functions) {
    full.send_parsed = Table::send_parsed;
    full.settle_stanza = Table::settle_stanza;
  }
  const size_t room = (settings_.table_size + 7) / 8 * 8;
  char* bytes = memory_.block(room);
  std::memset(bytes, kRubbish, room);
  std::memcpy(bytes, &full, std::min(settings_.table_size, sizeof full));
  table_ = reinterpret_cast<xp_host*>(bytes);
  auth_ = {sizeof auth_, 0, Table::check_password};
  link_ = {sizeof link_, 0, Table::is_up};
  principals_ = {sizeof principals_, 0, Table::check_bearer};
  const std::lock_guard<std::mutex> lock(known().mutex);
  known().hosts[table_] = this;
}

Host& Host::of(const xp_host* host) {
  const std::lock_guard<std::mutex> lock(known().mutex);
  const auto found = known().hosts.find(host);
  if (found == known().hosts.end()) std::abort();  // a table that was never given
  return *found->second;
}

Outcome Host::outcome(const char* step, xp_status status, const xp_error& error, bool instance) {
  if (status == XP_OK) {
    if (!instance) broken(std::string(step) + " succeeded without an instance");
    return {};
  }
  const size_t size = strnlen(error.text, sizeof error.text);
  if (size == sizeof error.text) broken(std::string(step) + " left an error whose text has no end");
  if (size == 0) broken(std::string(step) + " failed without saying why");
  if (error.code != status) broken(std::string(step) + " returned another status than its error holds");
  return {status, std::string(error.text, size)};
}

Outcome Host::create(const std::string& settings_json) {
  Lent lent;
  return create(lent.view(settings_json));
}

Outcome Host::create(xp_str settings_json) {
  Lent lent;
  auto& error = lent.make<xp_error>();
  xp_plugin* instance = nullptr;
  now_in("create");
  setup_ = true;
  const xp_status status = descriptor_.create(table_, settings_json, &instance, &error);
  setup_ = false;
  now_in("what follows create");
  if (status == XP_OK) plugin_ = instance;
  if (status != XP_OK && instance) broken("create failed and used its out parameter");
  return outcome("create", status, error, instance != nullptr);
}

Outcome Host::start() {
  Lent lent;
  auto& error = lent.make<xp_error>();
  now_in("start");
  setup_ = true;
  const xp_status status = descriptor_.start(plugin_, &error);
  setup_ = false;
  now_in("what follows start");
  return outcome("start", status, error, true);
}

Outcome Host::reload(const std::string& settings_json) {
  if (!descriptor_.reload) return {XP_UNSUPPORTED, ""};
  Lent lent;
  auto& error = lent.make<xp_error>();
  now_in("reload");
  const xp_status status = descriptor_.reload(plugin_, lent.view(settings_json), &error);
  now_in("what follows reload");
  return outcome("reload", status, error, true);
}

void Host::drain(std::chrono::milliseconds within) {
  now_in("drain");
  descriptor_.drain(
      plugin_, static_cast<uint32_t>(within.count()),
      [](void* ctx) {
        Host& host = *static_cast<Host*>(ctx);
        const std::lock_guard<std::mutex> lock(host.mutex_);
        if (++host.done_ > 1) host.broken_.emplace_back("drain was said to be done twice");
        host.changed_.notify_all();
      },
      this);
  now_in("a drain");
}

bool Host::done_within(std::chrono::milliseconds patience) {
  return wait(patience, [this] { return done_ > 0; });
}

void Host::destroy() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    destroying_ = true;
  }
  now_in("destroy");
  descriptor_.destroy(std::exchange(plugin_, nullptr));
  now_in("what follows destroy");
  const std::lock_guard<std::mutex> lock(mutex_);
  destroyed_ = true;
  for (const auto& [handle, each] : registrations_) {
    if (each->known) broken_.emplace_back("a route or hook was still registered at the end of destroy");
  }
  for (const auto& [number, kept] : kept_) {
    if (kept.first && !kept.second) broken_.emplace_back("a stanza was kept and never settled");
  }
}

void Host::revive() {
  const std::lock_guard<std::mutex> lock(mutex_);
  destroying_ = destroyed_ = false;
}

void Host::finish(std::chrono::milliseconds within) {
  constexpr std::chrono::milliseconds kSlack{5000};  // a deadline is met late on a machine that is busy
  drain(within);
  require(done_within(within + kSlack), "drain was never said to be done");
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& [handle, exchange] : exchanges_) {
      if (exchange->ends == 0) broken_.emplace_back("drain was said to be done while an exchange was open");
    }
  }
  destroy();
  settle();
  verify();
}

void Host::settle() {
  retry_all();
  std::map<uintptr_t, std::shared_ptr<Registration>> left;
  std::vector<std::shared_ptr<Registration>> late;
  std::vector<std::shared_ptr<Watch>> watches;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    left.swap(registrations_);
    late.swap(unregistered_);
    for (const auto& [handle, exchange] : exchanges_) watches.push_back(std::move(exchange->watch));
  }
  now_in("a release");
  std::thread([&] {
    left.clear();
    late.clear();
    watches.clear();
  }).join();
  if (!wait(std::chrono::seconds(5), [this] { return contexts_ == 0; })) broken("a call never returned");
}

void Host::verify() {
  const std::lock_guard<std::mutex> lock(mutex_);
  require(broken_.empty(), broken_.empty() ? "" : broken_.front());
  for (const auto& [handle, exchange] : exchanges_) {
    require(exchange->ends < 2, "an exchange was ended more than once");
    require(exchange->ends == 1 || plugin_ != nullptr, "an exchange was never ended");
  }
}

void Host::broken(const std::string& rule) {
  const std::lock_guard<std::mutex> lock(mutex_);
  broken_.push_back(rule);
}

void Host::called(const char* function) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (destroyed_ && contexts_ == 0) {
    broken_.push_back(std::string(function) + " was called after destroy and every release");
  }
}

bool Host::wait(std::chrono::milliseconds patience, const std::function<bool()>& reached) {
  std::unique_lock<std::mutex> lock(mutex_);
  return changed_.wait_for(lock, patience, reached);
}

void Watch::say_gone() const {
  if (gone) gone(context->get());
}

void Watch::say_writable() const {
  if (writable) writable(context->get());
}

ContextPtr Host::keep(const char* call, void* ctx, void (*release)(void*)) {
  if (!release) broken(std::string(call) + " was given no release");
  const std::lock_guard<std::mutex> lock(mutex_);
  ++contexts_;
  return std::make_shared<Context>(*this, ctx, release);
}

}  // namespace restanza::check
