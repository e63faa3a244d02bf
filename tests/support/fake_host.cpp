// SPDX-License-Identifier: MIT
// The fake host's vtable, the life of its plugin, and what is registered.
#include "support/fake_host.h"

#include <algorithm>
#include <cstring>

#include "support/fake_host_parts.h"

namespace restanza {

FakeHost::FakeHost(const xp_plugin_desc* plugin) : FakeHost(plugin, Settings()) {}

FakeHost::FakeHost(const xp_plugin_desc* plugin, Settings settings)
    : desc_(plugin), settings_(std::move(settings)), table_(std::make_unique<Table>()) {
  xp_host& host = table_->host;
  const auto view = [](const std::string& text) { return xp_str{text.data(), text.size()}; };
  host.size = settings_.size;
  host.minor = XP_MINOR;
  host.name = {"fake", 4};
  host.version = {"1", 1};
  host.domain = view(settings_.domain);
  host.prefix = view(settings_.prefix);
  host.state_dir = {nullptr, 0};
  host.max_stanza = settings_.max_stanza;
  host.get_extension = get_extension;
  host.log = write_log;
  host.register_route = register_route;
  host.on_stanza = on_stanza;
  host.resume = resume;
  host.unregister = unregister;
  host.send_stanza = send_stanza;
  host.http_watch = http_watch;
  host.http_respond = http_respond;
  host.http_begin = http_begin;
  host.http_write = http_write;
  host.http_end = http_end;
  if (settings_.knows_newer) {
    host.send_parsed = send_parsed;
    host.settle_stanza = settle_stanza;
  }
  table_->owner = this;
  table_->auth = {sizeof(xp_auth), 0, check_password};
  table_->link = {sizeof(xp_link), 0, is_up};
  table_->principals = {sizeof(xp_principals), 0, check_bearer};
}

FakeHost::~FakeHost() {
  if (plugin_) destroy();
  drop_retries();
}

FakeHost& FakeHost::self(const xp_host* host) {
  return *reinterpret_cast<const Table*>(host)->owner;
}

std::string FakeHost::create(std::string_view settings_json) {
  xp_error error{};
  setup_ = true;
  {
    Lent lent;
    last_code_ = desc_->create(&table_->host, lent.view(settings_json), &plugin_, &error);
  }
  setup_ = false;
  if (last_code_ == XP_OK) return {};
  if (error.code != last_code_) fail("create returned another code than its error says");
  if (plugin_) fail("create failed and left a plugin");
  plugin_ = nullptr;
  return std::string(error.text, ::strnlen(error.text, sizeof error.text));
}

std::string FakeHost::start() {
  xp_error error{};
  setup_ = true;
  last_code_ = desc_->start(plugin_, &error);
  setup_ = false;
  return last_code_ == XP_OK ? std::string() : std::string(error.text);
}

void FakeHost::drain(std::chrono::milliseconds within) {
  desc_->drain(
      plugin_, static_cast<uint32_t>(within.count()),
      [](void* ctx) {
        auto& host = *static_cast<FakeHost*>(ctx);
        const std::lock_guard<std::mutex> lock(host.mutex_);
        ++host.done_;
        host.changed_.notify_all();
      },
      this);
}

bool FakeHost::wait_done() {
  return wait_until([this] { return done_ > 0; });
}

int FakeHost::done_count() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return done_;
}

void FakeHost::destroy() {
  desc_->destroy(std::exchange(plugin_, nullptr));
  const std::lock_guard<std::mutex> lock(mutex_);
  destroyed_ = true;
  if (!routes_.empty()) failures_.push_back("a route is registered after destroy");
  if (!hooks_.empty()) failures_.push_back("a hook is registered after destroy");
  for (const auto& [keep, settled] : keeping_) {
    if (!settled) failures_.push_back("a stanza was kept and never settled");
  }
}

FakeHost::ContextPtr FakeHost::keep(void* ctx, void (*release)(void*)) {
  const std::lock_guard<std::mutex> lock(mutex_);
  ++contexts_;
  return std::make_shared<Context>(*this, ctx, release);
}

xp_status FakeHost::register_route(const xp_host* host, xp_str subpath, uint64_t max_body,
                                   void (*fn)(void*, xp_exchange*, const xp_request*), void* ctx,
                                   void (*release)(void*), xp_reg** out) {
  FakeHost& fake = self(host);
  auto route = std::make_shared<Route>(Route{copy(subpath), max_body, fn, fake.keep(ctx, release)});
  const std::lock_guard<std::mutex> lock(fake.mutex_);
  if (!fake.setup_) fake.failures_.push_back("a route was registered outside of create and start");
  if (fake.settings_.refuse_route) return XP_INVALID;
  fake.routes_.emplace(++fake.last_handle_, std::move(route));
  if (out) *out = reinterpret_cast<xp_reg*>(fake.last_handle_);
  return XP_OK;
}

xp_status FakeHost::on_stanza(const xp_host* host, uint32_t kinds, int32_t priority,
                              int32_t (*fn)(void*, const xp_stanza*), void* ctx, void (*release)(void*),
                              xp_reg** out) {
  FakeHost& fake = self(host);
  auto hook = std::make_shared<Hook>(Hook{kinds, priority, fn, fake.keep(ctx, release)});
  const std::lock_guard<std::mutex> lock(fake.mutex_);
  if (!fake.setup_) fake.failures_.push_back("a hook was registered outside of create and start");
  if (fake.settings_.refuse_hook) return XP_INVALID;
  fake.hooks_.emplace(++fake.last_handle_, std::move(hook));
  if (out) *out = reinterpret_cast<xp_reg*>(fake.last_handle_);
  return XP_OK;
}

void FakeHost::resume(const xp_host*, xp_reg*) {}

void FakeHost::unregister(const xp_host* host, xp_reg* reg) {
  FakeHost& fake = self(host);
  std::shared_ptr<Route> route;
  std::shared_ptr<Hook> hook;
  const auto handle = reinterpret_cast<uintptr_t>(reg);
  const std::lock_guard<std::mutex> lock(fake.mutex_);
  const auto known_route = fake.routes_.find(handle);
  const auto known_hook = fake.hooks_.find(handle);
  if (known_route != fake.routes_.end()) {
    route = std::move(known_route->second);
    fake.routes_.erase(known_route);
  } else if (known_hook != fake.hooks_.end()) {
    hook = std::move(known_hook->second);
    fake.hooks_.erase(known_hook);
  } else {
    fake.failures_.push_back("what was unregistered is not registered");
  }
}

int32_t FakeHost::is_up(const xp_host* host) {
  const std::lock_guard<std::mutex> lock(self(host).mutex_);
  return self(host).link_up_ ? 1 : 0;
}

const void* FakeHost::get_extension(const xp_host* host, const char* id) {
  const Table* table = self(host).table_.get();
  if (self(host).settings_.has_auth && std::strcmp(id, XP_EXT_AUTH) == 0) return &table->auth;
  if (self(host).settings_.has_bearers && std::strcmp(id, XP_EXT_PRINCIPAL) == 0) return &table->principals;
  if (self(host).settings_.has_link && std::strcmp(id, XP_EXT_LINK) == 0) return &table->link;
  return nullptr;
}

void FakeHost::write_log(const xp_host* host, int32_t level, xp_str text) {
  FakeHost& fake = self(host);
  if (level == XP_HOST_BUG || level == XP_PLUGIN_BUG) fake.fail("a bug was logged: " + copy(text));
  const std::lock_guard<std::mutex> lock(fake.mutex_);
  fake.log_.push_back(copy(text));
}

std::vector<std::string> FakeHost::log() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return log_;
}

std::vector<std::string> FakeHost::failures() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return failures_;
}

size_t FakeHost::contexts() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return contexts_;
}

size_t FakeHost::open_exchanges() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return static_cast<size_t>(std::count_if(exchanges_.begin(), exchanges_.end(),
                                           [](const auto& entry) { return !entry.second->ended; }));
}

void FakeHost::fail(std::string what) {
  const std::lock_guard<std::mutex> lock(mutex_);
  failures_.push_back(std::move(what));
}

bool FakeHost::wait_until(const std::function<bool()>& reached) const {
  std::unique_lock<std::mutex> lock(mutex_);
  return changed_.wait_for(lock, kPatience, reached);
}

}  // namespace restanza
