// SPDX-License-Identifier: MIT
// Prosody as the kit sees a server: all that the kit wants of it crosses to Prosody's thread. Threads as
// xp::host::Server says. The crossing outlives it.
#pragma once

#include "kit/xp_host.hpp"
#include "prosody/crossing.h"

namespace restanza::host {

class ProsodyServer final : public xp::host::Server {
 public:
  ProsodyServer(Crossing& crossing, bool accounts) : crossing_(crossing), accounts_(accounts) {}

  xp_status send(std::string stanza, std::function<void()> writable) override;
  void post(std::function<void()> work) override { crossing_.post(std::move(work)); }
  bool has_accounts() const override { return accounts_; }
  void check_password(std::string name, std::string password, Verdict verdict) override {
    crossing_.ask(PasswordQuestion{std::move(name), std::move(password), std::move(verdict)});
  }
  bool has_bearers() const override { return accounts_; }
  void check_bearer(std::string token, BearerVerdict verdict) override {
    crossing_.ask(TokenQuestion{std::move(token), std::move(verdict)});
  }

 private:
  Crossing& crossing_;
  const bool accounts_;
};

}  // namespace restanza::host
