// SPDX-License-Identifier: GPL-3.0-or-later
#include "link/component/login_advice.h"

namespace restanza::host {
namespace {

struct Row {
  const char* cause;
  const char* advice;
};

// What the servers answer, as tests/live/wrong_component_test.py sees it of both:
//   the case                          Prosody           ejabberd
//   a domain that it hosts itself     host-unknown      conflict
//   no such component                 host-unknown      not-authorized
//   another secret                    not-authorized    not-authorized
//   a second component of one name    conflict          lets both in, and deals the stanzas out among them
//   its port for clients              a stream in jabber:client, both
constexpr Row kRows[] = {
    {"host-unknown",
     "the server has no such component, or hosts this domain itself: configure it there as a component, "
     "or give the plugin another 'domain'"},
    {"conflict",
     "another component has logged in under this name, or the server hosts this domain itself: stop the "
     "other one, or give the plugin another 'domain'"},
    {"not-authorized",
     "the secret is not the server's, or the server has no such component: 'secret' here and at the server "
     "must be the same"},
    {"jabber:client",
     "this port is for clients: 'server' in [xmpp] must name the server's port for components, often 5347"},
    {"jabber:server",
     "this port is for other servers: 'server' in [xmpp] must name the server's port for components, "
     "often 5347"},
    {"invalid-namespace", "this port may not be for components: check 'server' in [xmpp], often port 5347"},
    {cause::kRefused, "nothing listens there: start the server, or check 'server' in [xmpp]"},
    {cause::kUnreachable, "check 'server' in [xmpp], and that no firewall stands between"},
    {cause::kNoStream, "this port may not be for components: check 'server' in [xmpp], often port 5347"},
};

}  // namespace

std::string advice_for(std::string_view cause) {
  for (const Row& row : kRows) {
    if (cause == row.cause) return row.advice;
  }
  return {};
}

}  // namespace restanza::host
