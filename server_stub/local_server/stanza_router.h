// SPDX-License-Identifier: GPL-3.0-or-later
// Decides where a stanza goes: to a plugin's hooks, to the server's own service, to an account's clients, or
// back with an error. The loop's thread only. Knows sessions and ports, owns neither their sockets nor their
// hooks.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "link/domain_service.h"
#include "local_server/delivery.h"
#include "local_server/plugin_port.h"
#include "local_server/presence.h"
#include "local_server/sasl/accounts.h"
#include "local_server/session_table.h"
#include "local_server/settings.h"
#include "xmpp/stanza_error.h"

namespace restanza::host::local {

class StanzaRouter {
 public:
  StanzaRouter(const LocalSettings& settings, const Accounts& accounts, const Clock& clock, Log& log);

  // Clients. An empty resource is chosen by the server; the newcomer takes a used one over.
  Result<Session*, xmpp::StanzaError> bind(const std::string& node, const std::string& resource,
                                           Outlet& outlet);
  // An error is the condition of the stream error that the client's stream ends with.
  Result<void> from_client(Session& session, xml::Document element);
  void leave(Session& session);

  // Plugins.
  void attach(const std::shared_ptr<PluginPort>& port);
  void detach(PluginPort& port);
  // Where this throws, a stanza that nobody has got yet is still there.
  void from_plugin(PluginPort& port, xmpp::Stanza&& stanza);
  // Tells its sender, where one waits for it, that there was no room for it or no memory.
  void refuse(const xmpp::Stanza& stanza, const char* why);

 private:
  struct OpenOffer;

  void route(xmpp::Stanza&& stanza, const PluginPort* sender);
  void dispatch(xmpp::Stanza&& stanza, const PluginPort* sender);
  void to_server(const xmpp::Stanza& stanza, const xmpp::Jid& to);
  void without_address(const xmpp::Stanza& stanza);
  void answer(std::optional<xmpp::Stanza> answer);
  void bounce(const xmpp::Stanza& stanza, const xmpp::StanzaError& error);

  PluginPort* hooks_of(const xmpp::Jid& to);
  PluginPort* asker_of(const xmpp::Stanza& stanza, const xmpp::Jid& to);
  // Offers the stanza; `passed` goes on with it where every hook passed.
  void offer(PluginPort& port, xmpp::Stanza&& stanza, const PluginPort* sender,
             std::function<void(PluginPort&, const xmpp::Stanza&)> taken,
             std::function<void(PluginPort&, xmpp::Stanza)> passed);
  void returned(const OpenOffer& offer, PluginPort& port, xmpp::Stanza&& stanza, Offer verdict);
  void renew_service();

  const LocalSettings& settings_;
  const Clock& clock_;
  Log& log_;
  SessionTable sessions_;
  Presence presence_;
  Delivery delivery_;
  std::map<std::string, std::shared_ptr<PluginPort>> ports_;  // by domain
  std::optional<DomainService> service_;
};

}  // namespace restanza::host::local
