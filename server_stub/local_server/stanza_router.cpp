// SPDX-License-Identifier: GPL-3.0-or-later
#include "local_server/stanza_router.h"

#include <utility>

#include "base/guarded.h"
#include "base/random.h"
#include "local_server/account_service.h"
#include "local_server/intake.h"

namespace restanza::host::local {
namespace {

constexpr const char* kNoRoom = "the plugin's hooks had no room";

// Whoever waits until there is no offer is told.
void tell_if_quiet(PluginPort& port) {
  if (port.offers == 0 && port.on_quiet) std::exchange(port.on_quiet, nullptr)();
}

}  // namespace

// A stanza that a plugin's hooks have got and not returned. It is counted until they return it, or could not
// get it.
struct StanzaRouter::OpenOffer {
  std::weak_ptr<PluginPort> port;
  std::function<void(PluginPort&, const xmpp::Stanza&)> taken;
  std::function<void(PluginPort&, xmpp::Stanza)> passed;
  bool counted = true;
};

StanzaRouter::StanzaRouter(const LocalSettings& settings, const Accounts& accounts, const Clock& clock,
                           Log& log)
    : settings_(settings),
      clock_(clock),
      log_(log),
      presence_(sessions_, settings.max_directed, [this](xmpp::Stanza at) { route(std::move(at), nullptr); }),
      delivery_(sessions_, presence_, accounts) {
  renew_service();
}

Result<Session*, xmpp::StanzaError> StanzaRouter::bind(const std::string& node, const std::string& resource,
                                                       Outlet& outlet) {
  const std::string wanted = resource.empty() ? random_id() : resource;
  const auto jid = xmpp::Jid::parse(node + "@" + settings_.domain + "/" + wanted);
  if (!jid) return xmpp::StanzaError{"modify", "bad-request", jid.error().text};
  Session* before = sessions_.find(*jid);
  if (!before && sessions_.count(jid->bare()) >= settings_.max_resources) {
    return xmpp::StanzaError{"wait", "resource-constraint", ""};
  }
  // A client that lost its connection comes back before the server has noticed (RFC 6120 section 7.7.2.2).
  if (before) before->outlet->evict();
  return &sessions_.add(*jid, outlet);
}

Result<void> StanzaRouter::from_client(Session& session, xml::Document element) {
  Intake intake = take_in(std::move(element), session.jid);
  if (!intake.stream_error.empty()) return Error{intake.stream_error};
  xmpp::Stanza& stanza = intake.stanza;
  if (intake.refused) {
    bounce(stanza, *intake.refused);
    return {};
  }
  if (stanza.kind == xmpp::Kind::presence) {
    if (stanza.to.empty()) {
      presence_.announce(session, stanza);
      return {};
    }
    presence_.note_directed(session, stanza);
  }
  route(std::move(stanza), nullptr);
  return {};
}

void StanzaRouter::leave(Session& session) {
  guarded_until_done(log_, "telling that a client has left", [&] { presence_.gone(session); });
  // In any case, for its stream is about to go.
  guarded_until_done(log_, "removing a client's session", [&] { sessions_.remove(session); });
}

void StanzaRouter::attach(const std::shared_ptr<PluginPort>& port) {
  ports_[port->domain] = port;
  try {
    renew_service();
  } catch (...) {
    ports_.erase(port->domain);
    throw;
  }
}

void StanzaRouter::detach(PluginPort& port) {
  port.attached = false;
  const auto found = ports_.find(port.domain);
  if (found == ports_.end() || found->second.get() != &port) return;
  ports_.erase(found);
  guarded_until_done(log_, "forgetting a plugin's domain", [this] { renew_service(); });
}

void StanzaRouter::renew_service() {
  DomainIdentity identity{settings_.domain, "server", "im", {}};
  for (const auto& port : ports_) {
    if (port.first != settings_.domain) identity.items.push_back(port.first);
  }
  service_.emplace(std::move(identity), clock_);
}

void StanzaRouter::from_plugin(PluginPort& port, xmpp::Stanza&& stanza) {
  const auto from = xmpp::Jid::parse(stanza.from);
  if (!from) return;  // the link has checked it
  if (from->domain == settings_.domain && !from->node.empty() && xmpp::may_be_answered(stanza)) {
    port.record_of(stanza.kind).add(stanza, *from);
  }
  route(std::move(stanza), &port);
}

void StanzaRouter::route(xmpp::Stanza&& stanza, const PluginPort* sender) {
  if (stanza.to.empty()) {
    without_address(stanza);
    return;
  }
  const auto to = xmpp::Jid::parse(stanza.to);
  if (!to) {
    bounce(stanza, {"modify", "jid-malformed", ""});
    return;
  }
  PluginPort* asker = asker_of(stanza, *to);
  if (!asker) {
    dispatch(std::move(stanza), sender);
    return;
  }
  // Answers to what a plugin injected are shown to it first, whether or not the account is connected.
  offer(
      *asker, std::move(stanza), sender,
      [to = *to](PluginPort& port, const xmpp::Stanza& answer) {
        port.record_of(answer.kind).forget(answer, to);
      },
      [this, sender](PluginPort&, xmpp::Stanza passed) { dispatch(std::move(passed), sender); });
}

void StanzaRouter::dispatch(xmpp::Stanza&& stanza, const PluginPort* sender) {
  const auto to = xmpp::Jid::parse(stanza.to);
  if (!to) return;
  if (PluginPort* port = hooks_of(*to)) {
    offer(*port, std::move(stanza), sender, {}, [this, to = *to](PluginPort& at, const xmpp::Stanza& passed) {
      if (at.domain == settings_.domain) {
        to_server(passed, to);
      } else {
        answer(at.service.answer(passed));
      }
    });
  } else if (to->domain == settings_.domain) {
    to_server(stanza, *to);
  } else {
    bounce(stanza, {"cancel", "remote-server-not-found", ""});
  }
}

void StanzaRouter::to_server(const xmpp::Stanza& stanza, const xmpp::Jid& to) {
  answer(to.node.empty() ? service_->answer(stanza) : delivery_.deliver(stanza, to));
}

// RFC 6120 section 10.3: it concerns the account of its sender. A client's message and presence have got
// their address before; so what else comes here was sent by a plugin.
void StanzaRouter::without_address(const xmpp::Stanza& stanza) {
  const auto from = xmpp::Jid::parse(stanza.from);
  const bool account = from && from->domain == settings_.domain && !from->node.empty();
  if (!account) {
    bounce(stanza, {"modify", "bad-request", "a stanza from here needs an address to go to"});
  } else if (stanza.is_request()) {
    answer(answer_for_account(stanza, from->bare()));
  } else if (stanza.kind == xmpp::Kind::message) {
    answer(delivery_.deliver(stanza, {from->node, from->domain, ""}));
  } else if (stanza.kind == xmpp::Kind::presence && (stanza.type.empty() || stanza.type == "unavailable")) {
    presence_.broadcast(stanza);
  }
}

void StanzaRouter::answer(std::optional<xmpp::Stanza> answer) {
  if (answer && !answer->to.empty()) route(std::move(*answer), nullptr);
}

void StanzaRouter::bounce(const xmpp::Stanza& stanza, const xmpp::StanzaError& error) {
  if (xmpp::may_be_answered(stanza)) answer(xmpp::error_reply(stanza, error));
}

PluginPort* StanzaRouter::hooks_of(const xmpp::Jid& to) {
  const auto found = ports_.find(to.domain);
  if (found == ports_.end()) return nullptr;
  // On the server's own domain a plugin sees what is for the domain itself, not what is for its users.
  const bool own = to.domain == settings_.domain;
  return own && !(to.node.empty() && to.resource.empty()) ? nullptr : found->second.get();
}

PluginPort* StanzaRouter::asker_of(const xmpp::Stanza& stanza, const xmpp::Jid& to) {
  if (to.node.empty() || to.domain != settings_.domain) return nullptr;
  for (const auto& port : ports_) {
    if (port.second->record_of(stanza.kind).answered_by(stanza, to)) return port.second.get();
  }
  return nullptr;
}

void StanzaRouter::offer(PluginPort& port, xmpp::Stanza&& stanza, const PluginPort* sender,
                         std::function<void(PluginPort&, const xmpp::Stanza&)> taken,
                         std::function<void(PluginPort&, xmpp::Stanza)> passed) {
  if (port.offers >= settings_.link_offers) {
    refuse(stanza, kNoRoom);
    return;
  }
  const auto open = std::make_shared<OpenOffer>();
  open->port = port.weak_from_this();
  open->taken = std::move(taken);
  open->passed = std::move(passed);
  Inbound& hooks = port.inbound;
  const auto after = [this, open](xmpp::Stanza back, Offer verdict) {
    const std::shared_ptr<PluginPort> at = open->port.lock();
    if (!at || !at->attached || !std::exchange(open->counted, false)) return;
    returned(*open, *at, std::move(back), verdict);
  };
  ++port.offers;
  try {
    hooks.offer(std::move(stanza), sender == &port, after);
  } catch (...) {
    const std::shared_ptr<PluginPort> at = open->port.lock();
    if (at && std::exchange(open->counted, false)) {
      --at->offers;
      tell_if_quiet(*at);
    }
    throw;
  }
}

void StanzaRouter::returned(const OpenOffer& offer, PluginPort& port, xmpp::Stanza&& stanza, Offer verdict) {
  --port.offers;
  try {
    if (verdict == Offer::passed) {
      offer.passed(port, std::move(stanza));
    } else if (verdict == Offer::refused) {
      refuse(stanza, kNoRoom);
    } else if (verdict == Offer::taken && offer.taken) {
      offer.taken(port, stanza);
    }
  } catch (...) {
    tell_if_quiet(port);
    throw;
  }
  tell_if_quiet(port);
}

// Only what somebody waits for is answered; the rest is dropped, and the host counts it.
void StanzaRouter::refuse(const xmpp::Stanza& stanza, const char* why) {
  if (xmpp::may_be_refused(stanza)) {
    bounce(stanza, {"wait", "resource-constraint", ""});
  } else {
    log_.debug(std::string("a ") + xmpp::name_of(stanza.kind) + " was dropped: " + why);
  }
}

}  // namespace restanza::host::local
