// SPDX-License-Identifier: MIT
#include "hosting/plugin.h"

#include <cstring>
#include <utility>

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

Plugin::~Plugin() {
  end();
  Drains::all().close(drain_);
}

std::string Plugin::id() const {
  return library_->descriptor().id;
}

Result<void> Plugin::create(const std::string& settings_json) {
  xp_error error{};
  const auto call = library_->call();
  const xp_status status = library_->descriptor().create(
      api_->vtable(), {settings_json.data(), settings_json.size()}, &instance_, &error);
  if (status != XP_OK || !instance_) return said(status, error);
  life_ = Life::created;
  return {};
}

Result<void> Plugin::start() {
  xp_error error{};
  const auto call = library_->call();
  const xp_status status = library_->descriptor().start(instance_, &error);
  if (status != XP_OK) return said(status, error);
  life_ = Life::started;
  api_->enter(HostApi::Stage::running);
  api_->admit();
  return {};
}

Result<void> Plugin::reload(const std::string& settings_json) {
  xp_error error{};
  const xp_status status = ask_to_reload(settings_json, error);
  if (status == XP_UNSUPPORTED && error.text[0] == '\0') {
    return Error{"it takes new settings at a restart only"};
  }
  if (status != XP_OK) return said(status, error);
  return {};
}

Result<void> Plugin::look_again(const std::string& settings_json) {
  xp_error error{};
  const xp_status status = ask_to_reload(settings_json, error);
  if (status != XP_OK && status != XP_UNSUPPORTED) return said(status, error);
  return {};
}

xp_status Plugin::ask_to_reload(const std::string& settings_json, xp_error& error) {
  const auto& descriptor = library_->descriptor();
  if (!descriptor.reload) return XP_UNSUPPORTED;
  const auto call = library_->call();
  return descriptor.reload(instance_, {settings_json.data(), settings_json.size()}, &error);
}

void Plugin::drain(std::chrono::milliseconds within, std::function<void()> done) {
  if (life_ != Life::started) return done();
  life_ = Life::draining;
  api_->enter(HostApi::Stage::draining);
  drain_ = Drains::all().open(std::move(done), api_->log());
  library_->descriptor().drain(instance_, static_cast<uint32_t>(within.count()), Drains::on_done, drain_);
}

void Plugin::dismiss() {
  if (std::exchange(dismissed_, true)) return;
  calls_left_ = !api_->dismiss(kCallTime);
  const size_t ended = api_->end_exchanges();
  if (ended == 0) return;
  api_->log().write(Level::plugin_bug,
                    "exchanges that were never completed, and end with 500 now: " + std::to_string(ended));
}

bool Plugin::end() {
  const Life before = std::exchange(life_, Life::ended);
  if (before == Life::ended) return api_ != nullptr;
  dismiss();
  if (before == Life::draining && !Drains::all().done(drain_)) {
    leave_alone("the drain was never said to be done: the instance is left alone");
    return false;
  }
  if (calls_left_) {
    leave_alone("a call into it does not return: the instance is left alone");
    return false;
  }
  if (before != Life::made) library_->descriptor().destroy(instance_);
  api_->enter(HostApi::Stage::gone);
  api_->withdraw();
  if (!api_->wait_for_release(kContextTime)) {
    leave_alone("contexts are still held after destroy: the library stays loaded");
    return false;
  }
  const auto left = library_->threads_left();
  if (left.own > 0) {
    leave_alone("threads that run on after destroy: " + std::to_string(left.own) +
                "; the library stays loaded");
    return false;
  }
  if (left.others) {
    api_->log().info("threads came since it was loaded, and some may be its own: the library stays loaded");
    library_->leak();
  }
  return true;
}

// The library and the vtable stay for ever.
void Plugin::leave_alone(const std::string& why) {
  api_->log().write(Level::plugin_bug, why);
  api_->abandon();
  library_->leak();
  static_cast<void>(api_.release());
}

}  // namespace restanza::host
