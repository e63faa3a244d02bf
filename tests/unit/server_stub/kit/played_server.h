// SPDX-License-Identifier: MIT
// A server as the kit asks for one, whose loop is the test; and answers that are kept.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "kit/xp_host.hpp"

namespace restanza {

struct PlayedServer final : xp::host::Server {
  xp_status send(std::string stanza, std::function<void()>) override {
    if (verdict == XP_OK) sent.push_back(std::move(stanza));
    return verdict;
  }
  void post(std::function<void()> work) override { posted.push_back(std::move(work)); }
  bool is_up() const override { return up; }
  bool acknowledges() const override { return acknowledging; }
  bool has_accounts() const override { return !account.empty(); }
  bool has_bearers() const override { return !token.empty(); }
  void check_bearer(std::string given, BearerVerdict tell) override {
    tell(given == token ? XP_OK : XP_DENIED, {"alice@localhost", XP_SEND, "xmpp"});
  }
  bool is_account(const std::string& bare_jid) const override { return bare_jid == account; }

  xp_status verdict = XP_OK;
  bool up = true;
  bool acknowledging = false;
  std::string account;  // the one that there is; empty: none
  std::string token;    // likewise
  std::vector<std::string> sent;
  std::deque<std::function<void()>> posted;
};

struct KeptAnswer final : xp::host::Answer {
  xp_status respond(int code, const xp::host::Headers& headers, std::string text) override {
    said += "respond " + std::to_string(code) + " " + std::to_string(headers.size()) + " " + text + ";";
    return XP_OK;
  }
  xp_status begin(int code, const xp::host::Headers& headers) override {
    said += "begin " + std::to_string(code) + " " + std::to_string(headers.size()) + ";";
    return XP_OK;
  }
  xp_status write(std::string_view chunk) override {
    if (room) said += "write " + std::string(chunk) + ";";
    return room ? XP_OK : XP_WOULD_BLOCK;
  }
  void end() override { said += "end;"; }
  void cut() override { said += "cut;"; }

  bool room = true;
  std::string said;
};

}  // namespace restanza
