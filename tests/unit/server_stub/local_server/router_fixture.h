// SPDX-License-Identifier: MIT
// A router without sockets: clients that keep what they are delivered, plugins that keep what they are
// offered, and a clock that stands. One thread.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "local_server/stanza_router.h"
#include "support/catch.h"
#include "support/fake_clock.h"
#include "xml/gate.h"

namespace restanza {

class MemoryClient final : public host::local::Outlet {
 public:
  MemoryClient(host::local::StanzaRouter& router, const std::string& node, const std::string& resource)
      : router_(router) {
    auto bound = router.bind(node, resource, *this);
    REQUIRE(bound.ok());
    session_ = *bound;
  }

  void deliver(std::string_view xml) override { received_.emplace_back(xml); }
  void evict() override { leave(); }

  std::string address() const { return session_->jid.full(); }

  // The stream error that it causes; empty where it causes none.
  std::string send(const std::string& xml) {
    auto document = xml::parse(xml);
    REQUIRE(document.ok());
    const auto taken = router_.from_client(*session_, std::move(*document));
    return taken ? "" : taken.error().text;
  }

  void leave() {
    if (session_) router_.leave(*std::exchange(session_, nullptr));
  }

  // All that came since the last call.
  std::vector<std::string> received() { return std::exchange(received_, {}); }

 private:
  host::local::StanzaRouter& router_;
  host::local::Session* session_;
  std::vector<std::string> received_;
};

class MemoryHooks final : public host::Inbound {
 public:
  void offer(xmpp::Stanza stanza, bool injected,
             std::function<void(xmpp::Stanza, host::Offer)> after) override {
    offered_.push_back((injected ? "injected " : "") + stanza.xml);
    if (hold) {
      held.emplace_back([stanza, after](host::Offer said) { after(stanza, said); });
    } else {
      after(std::move(stanza), verdict);
    }
  }
  std::vector<std::string> offered() { return std::exchange(offered_, {}); }

  host::Offer verdict = host::Offer::taken;
  bool hold = false;
  std::deque<std::function<void(host::Offer)>> held;

 private:
  std::vector<std::string> offered_;
};

class SilentLog final : public Log {
 public:
  void write(Level, std::string_view) override {}
};

struct RouterFixture {
  explicit RouterFixture(host::LocalSettings given = {}) : settings(std::move(given)) {}

  std::unique_ptr<MemoryClient> connect(const std::string& node, const std::string& resource) {
    return std::make_unique<MemoryClient>(router, node, resource);
  }
  // Available, with all that this told it forgotten.
  std::unique_ptr<MemoryClient> present(const std::string& node, const std::string& resource,
                                        int priority = 0) {
    auto client = connect(node, resource);
    client->send("<presence><priority>" + std::to_string(priority) + "</priority></presence>");
    client->received();
    return client;
  }
  std::shared_ptr<host::local::PluginPort> attach(const std::string& domain, MemoryHooks& hooks) {
    auto port = std::make_shared<host::local::PluginPort>(domain, hooks, settings, clock);
    router.attach(port);
    return port;
  }
  void inject(host::local::PluginPort& port, const std::string& xml) {
    auto stanza = xmpp::parse_stanza(xml);
    REQUIRE(stanza.ok());
    router.from_plugin(port, std::move(*stanza));
  }

  static host::local::Accounts load() {
    auto loaded = host::local::Accounts::load("localhost", {{"alice", "a"}, {"bob", "b"}, {"carol", "c"}});
    REQUIRE(loaded.ok());
    return std::move(*loaded);
  }

  const host::LocalSettings settings;
  const host::local::Accounts accounts = load();
  FakeClock clock;
  SilentLog log;
  host::local::StanzaRouter router{settings, accounts, clock, log};
};

using Received = std::vector<std::string>;

}  // namespace restanza
