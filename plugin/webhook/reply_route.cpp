// SPDX-License-Identifier: MIT
#include "webhook/reply_route.h"

#include "xmpp/jid.h"

namespace restanza::webhook {

// A reply on its way. It ends when its last owner goes: it was taken, was refused, or the host dropped the
// retry.
struct ReplyRoute::Held {
  Held(ReplyRoute& r, xmpp::Stanza s) : route(r), stanza(std::move(s)) { route.in_flight_.enter(); }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() {
    --route.waiting_;
    route.in_flight_.leave();
  }
  ReplyRoute& route;
  const xmpp::Stanza stanza;
};

void ReplyRoute::send(xmpp::Stanza reply) {
  if (xmpp::domain_of(reply.to) == domain_) {
    if (!replies_.answer(reply)) log_.debug("a webhook's reply to the own domain found nobody waiting");
    return;
  }
  if (++waiting_ > kMaxWaiting) {
    --waiting_;
    log_.warn("a webhook's reply was dropped: 10000 replies wait for the server already");
    return;
  }
  hand_over(std::make_shared<Held>(*this, std::move(reply)));
}

void ReplyRoute::hand_over(const std::shared_ptr<Held>& held) {
  const xmpp::Sent sent = sink_.send(held->stanza, [this, held] { hand_over(held); });
  if (sent == xmpp::Sent::ok || sent == xmpp::Sent::would_block) return;
  log_.warn(std::string("the server refused a webhook's reply: ") +
            (sent == xmpp::Sent::too_big  ? "it is too large"
             : sent == xmpp::Sent::denied ? "its 'from' is foreign"
                                          : "it is invalid"));
}

}  // namespace restanza::webhook
