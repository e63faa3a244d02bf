// SPDX-License-Identifier: MIT
#include "kit/loaded_plugin.h"

#include <utility>

#include "xmpp/stanza_error.h"

namespace restanza::host {
namespace {

xp::host::Outcome outcome_of(Offer offer) {
  switch (offer) {
    case Offer::taken:
      return xp::host::Outcome::taken;
    case Offer::passed:
      return xp::host::Outcome::passed;
    case Offer::refused:
      break;
  }
  return xp::host::Outcome::refused;
}

}  // namespace

bool LoadedPlugin::offer(std::string_view text, bool injected, After after) {
  auto stanza = xmpp::parse_stanza(text);
  if (!stanza) return false;
  instance_->inbound().offer(std::move(*stanza), injected,
                             [then = std::move(after)](xmpp::Stanza offered, Offer offer) {
                               if (then) then(std::move(offered.xml), outcome_of(offer));
                             });
  return true;
}

bool LoadedPlugin::reload(const std::string& settings_json, std::string& error) {
  const auto reloaded = plugin().reload(settings_json);
  if (!reloaded) error = reloaded.error().text;
  return reloaded.ok();
}

bool LoadedPlugin::start(std::string& error) {
  if (std::exchange(started_, true)) return true;
  const auto started = plugin().start();
  if (!started) error = plugin().id() + ": " + started.error().text;
  return started.ok();
}

}  // namespace restanza::host

namespace xp::host {

std::string error_for(std::string_view text, Outcome outcome) {
  namespace xmpp = restanza::xmpp;
  const auto stanza = xmpp::parse_stanza(text);
  if (!stanza || outcome == Outcome::taken || !xmpp::may_be_refused(*stanza)) return {};
  return outcome == Outcome::refused ? xmpp::error_reply(*stanza, {"wait", "resource-constraint", ""}).xml
                                     : xmpp::error_reply(*stanza, {"cancel", "service-unavailable", ""}).xml;
}

}  // namespace xp::host
