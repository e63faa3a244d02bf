// SPDX-License-Identifier: MIT
#include "rest/tickets/with_follower.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "base/str.h"
#include "http/keeping.h"
#include "rest/answers/query_members.h"
#include "rest/answers/reply.h"

namespace restanza::rest {
namespace {

constexpr const char* kTicket = "ticket";
constexpr std::array<const char*, 6> kSecrets = {"access_token", "token",         "password",
                                                 "secret",       "authorization", "auth"};

bool is_secret_name(const std::string& name) {
  return std::any_of(kSecrets.begin(), kSecrets.end(),
                     [&](const char* each) { return ascii_equal(each, name); });
}

// Absent: there is none.
Result<std::optional<std::string>, Refusal> ticket_of(const http::Request& request) {
  const auto members = query_members(request.query);
  if (!members) return members.error();
  std::optional<std::string> ticket;
  for (const auto& [name, value] : *members) {
    if (is_secret_name(name))
      return refused::bad_query("'" + name +
                                "' is in the address, and addresses end up in logs: send Authorization, or "
                                "ask for a ticket with POST /events/ticket");
    if (name == kTicket) ticket = value;
  }
  if (ticket && request.header("Authorization"))
    return refused::bad_query("There are a ticket and an Authorization: send one of them");
  return ticket;
}

Refusal not_known() {
  return {401, "auth", "not-authorized",
          "The ticket is not known, or not any more: ask for another with POST /events/ticket"};
}

}  // namespace

void with_follower(const Credentials& credentials, Tickets& tickets, http::Exchange exchange,
                   http::Request request, WithCaller next) {
  auto ticket = ticket_of(request);
  if (!ticket) return refuse(std::move(exchange), request, ticket.error());
  if (!*ticket) return with_receiver(credentials, std::move(exchange), std::move(request), std::move(next));
  auto use = tickets.use(**ticket, credentials);
  if (!use) return refuse(std::move(exchange), request, not_known());
  const Caller& caller = use->caller;
  const auto wait = credentials.take_turn(caller);
  if (wait > wait.zero())
    return refuse(std::move(exchange), request, refused::too_often("Too many requests", wait));
  if ((caller.rights & kReceive) == 0) {
    const Refusal refusal = refused::forbidden("This needs the right 'receive'");
    credentials.note(request, caller, refusal);
    return refuse(std::move(exchange), request, refusal);
  }
  next(http::keeping(std::move(exchange), std::move(use->in_use)), request, caller);
}

}  // namespace restanza::rest
