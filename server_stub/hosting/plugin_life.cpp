// SPDX-License-Identifier: MIT
#include "hosting/plugin_life.h"

#include <cstdio>
#include <cstring>
#include <utility>

#include "base/guarded.h"
#include "hosting/drains.h"

namespace restanza::host {

namespace {

constexpr std::chrono::seconds kCallTime{5};     // for calls that are under way at the end to return
constexpr std::chrono::seconds kContextTime{5};  // for the instance to let go of what it keeps

Error said(xp_status status, const xp_error& error) {
  const size_t size = strnlen(error.text, sizeof error.text);
  return Error{size > 0 ? std::string(error.text, size) : "status " + std::to_string(status)};
}

}  // namespace

PluginLife::~PluginLife() {
  end();
  Drains::all().close(drain_);
}

std::string PluginLife::id() const {
  return library_->descriptor().id;
}

Result<void> PluginLife::create(const std::string& settings_json) {
  xp_error error{};
  const auto call = library_->call();
  const xp_status status = library_->descriptor().create(
      api_->vtable(), {settings_json.data(), settings_json.size()}, &instance_, &error);
  if (status != XP_OK || !instance_) return said(status, error);
  life_ = Life::created;
  return {};
}

Result<void> PluginLife::start() {
  xp_error error{};
  const auto call = library_->call();
  const xp_status status = library_->descriptor().start(instance_, &error);
  if (status != XP_OK) return said(status, error);
  life_ = Life::started;
  api_->enter(HostApi::Stage::running);
  api_->admit();
  return {};
}

Result<void> PluginLife::reload(const std::string& settings_json) {
  xp_error error{};
  const xp_status status = ask_to_reload(settings_json, error);
  if (status == XP_UNSUPPORTED && error.text[0] == '\0') {
    return Error{"it takes new settings at a restart only"};
  }
  if (status != XP_OK) return said(status, error);
  return {};
}

Result<void> PluginLife::look_again(const std::string& settings_json) {
  xp_error error{};
  const xp_status status = ask_to_reload(settings_json, error);
  if (status != XP_OK && status != XP_UNSUPPORTED) return said(status, error);
  return {};
}

xp_status PluginLife::ask_to_reload(const std::string& settings_json, xp_error& error) {
  const auto& descriptor = library_->descriptor();
  if (!descriptor.reload) return XP_UNSUPPORTED;
  const auto call = library_->call();
  return descriptor.reload(instance_, {settings_json.data(), settings_json.size()}, &error);
}

void PluginLife::drain(std::chrono::milliseconds within, std::function<void()> done) {
  if (life_ != Life::started) return done();
  drain_ = Drains::all().open(std::move(done), api_->log());  // where this throws nothing has changed
  life_ = Life::draining;
  api_->enter(HostApi::Stage::draining);
  library_->descriptor().drain(instance_, static_cast<uint32_t>(within.count()), Drains::on_done, drain_);
}

void PluginLife::dismiss() {
  if (std::exchange(dismissed_, true)) return;
  calls_left_ = !api_->dismiss(kCallTime);
  const size_t ended = api_->end_exchanges();
  if (ended == 0) return;
  guarded(api_->log(), "a line about exchanges", [&] {
    api_->log().write(Level::plugin_bug,
                      "exchanges that were never completed, and end with 500 now: " + std::to_string(ended));
  });
}

// Where memory is short each step is tried again: whoever asks for the end cannot ask a second time.
bool PluginLife::end() noexcept {
  const Life before = std::exchange(life_, Life::ended);
  if (before == Life::ended) return api_ != nullptr;
  dismiss();
  if (before == Life::draining && !Drains::all().done(drain_)) {
    return leave_alone("the drain was never said to be done: the instance is left alone");
  }
  if (calls_left_) return leave_alone("a call into it does not return: the instance is left alone");
  if (before != Life::made) library_->descriptor().destroy(instance_);
  api_->enter(HostApi::Stage::gone);
  guarded(api_->log(), "unregistering", [&] { api_->withdraw(); });
  bool released = false;
  guarded_until_done(api_->log(), "the release of contexts",
                     [&] { released = api_->wait_for_release(kContextTime); });
  if (!released) return leave_alone("contexts are still held after destroy: the library stays loaded");
  return let_go_of_library();
}

bool PluginLife::let_go_of_library() {
  const auto left = library_->threads_left();
  if (left.own > 0) {
    char why[100];
    std::snprintf(why, sizeof why, "threads that run on after destroy: %zu; the library stays loaded",
                  left.own);
    return leave_alone(why);
  }
  if (left.others) {
    keep_library();
    guarded(api_->log(), "a line about threads", [&] {
      api_->log().info("threads came since it was loaded, and some may be its own: the library stays loaded");
    });
  }
  return true;
}

void PluginLife::keep_library() {
  guarded_until_done(api_->log(), "keeping a library", [&] { library_->leak(); });
}

// The library and the vtable stay for ever.
bool PluginLife::leave_alone(const char* why) {
  guarded(api_->log(), "a line about a plugin", [&] { api_->log().write(Level::plugin_bug, why); });
  guarded_until_done(api_->log(), "unregistering", [&] { api_->abandon(); });
  keep_library();
  static_cast<void>(api_.release());
  return false;
}

}  // namespace restanza::host
