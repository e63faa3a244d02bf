// SPDX-License-Identifier: MIT
// A plugin inside Prosody, with the kit's host that it lives in and all that crosses between the two.
//
// Threads: all functions are for Prosody's. Owns everything of the plugin; where `end` gives false it must
// not be freed.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kit/xp_host.hpp"
#include "prosody/crossing.h"
#include "prosody/prosody_server.h"

namespace restanza::host {

struct ProsodySettings {
  std::string library, domain, prefix, state_dir, json;  // as xp::host::PluginSettings has them
  std::string version;                                   // of Prosody
  std::vector<xp::host::Address> listen;
  bool accounts = false;                   // with passwords, and with tokens that stand for them
  std::string certificate = {}, key = {};  // as xp::host::HostSettings has them
};

class ProsodyPlugin {
 public:
  // Null: `error` says why, and nothing is left.
  static std::unique_ptr<ProsodyPlugin> load(const ProsodySettings& settings, std::string& error);

  bool start(std::string& error) { return host_.start(error); }
  std::string listening() const { return host_.listening(); }
  bool reload(const std::string& json, std::string& error) { return plugin_->reload(json, error); }

  bool renew_certificate(std::string& error) { return host_.renew_certificate(error); }

  // What becomes of a stanza for the domain. Held: that shows later, behind a hook that is busy. The error
  // that its sender gets, if any, crosses as a stanza; but where it was passed at once it does so only if
  // `answer_passed`, for else Prosody has other uses for it.
  enum class Offered { taken, passed, refused, held, invalid };
  Offered offer(std::string_view stanza, bool injected, bool answer_passed);

  // Where Prosody serves HTTP, and nothing listens of our own: hands a request over, whose answer crosses as
  // HttpAnswer with the number that is given here. 0: no plugin answers there, or too many wait.
  uint64_t request(const xp::host::Request& request);
  void client_left(uint64_t request);

  int descriptor() const { return crossing_.descriptor(); }
  // The next item that crosses, valid until the next call. The kit's work has been done then.
  const CrossingItem& next() noexcept;
  // Of the password or the token that `next` gave last; its verdict is for this number.
  uint64_t question() const { return questions_; }
  void verdict(uint64_t question, xp_status status, const std::string& bare_jid);

  // Its end crosses as DrainDone.
  void drain(std::chrono::milliseconds within);
  // As Host::end says. What has crossed before can still be taken.
  bool end();

 private:
  explicit ProsodyPlugin(const ProsodySettings& settings);
  void settle(uint64_t offer, bool answer_passed, std::string_view stanza, xp::host::Outcome outcome);

  Crossing crossing_;
  ProsodyServer server_;
  xp::host::Host host_;
  xp::host::Plugin* plugin_ = nullptr;  // the host's

  CrossingItem current_;
  std::map<uint64_t, xp::host::Server::Verdict> verdicts_;
  std::map<uint64_t, uint64_t> requests_;  // those that wait: our number, and the kit's
  uint64_t questions_ = 0, offers_ = 0, last_request_ = 0;
  uint64_t offering_ = 0;  // the offer that has not returned; 0: none
  Offered said_ = Offered::held;
};

}  // namespace restanza::host
