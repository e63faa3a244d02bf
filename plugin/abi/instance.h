// SPDX-License-Identifier: MIT
// One instance of the plugin as the host holds it: the proxies of the host, the App on them, the
// registrations. Each registration keeps the instance alive until its release; so a call that is under way
// when the host destroys the instance still finds it whole.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "abi/host_proxy.h"
#include "app.h"

namespace restanza::abi {

class Instance : public std::enable_shared_from_this<Instance> {
 public:
  explicit Instance(const xp_host* host);

  Result<void> make(std::string_view settings_json);
  Result<void> start();
  Result<void> reload(std::string_view settings_json) { return app_->reload(settings_json); }
  void drain(std::chrono::milliseconds within, std::function<void()> done);
  // Ends what still runs here, then takes route and hook back: in this order, so that nobody resumes a hook
  // that is gone.
  void stop() noexcept;

 private:
  void resume();
  std::function<void()> settling(const xp_stanza& stanza) const;
  static void on_request(void* ctx, xp_exchange* handle, const xp_request* request);
  static uint64_t longest_stream(void* ctx, const xp_request* head);
  static int32_t on_stanza(void* ctx, const xp_stanza* stanza);
  static void release(void* ctx);
  void* new_ctx();

  const xp_host* const host_;
  const std::string prefix_;
  HostLog log_;
  std::unique_ptr<HostSink> sink_;
  std::unique_ptr<HostAccounts> accounts_;
  SystemClock clock_;
  std::shared_ptr<InFlight> open_ = std::make_shared<InFlight>();
  std::function<void()> room_;  // for a stanza that is to be offered again
  std::unique_ptr<App> app_;
  xp_reg* route_ = nullptr;
  std::atomic<xp_reg*> hook_{nullptr};
};

}  // namespace restanza::abi
