// SPDX-License-Identifier: GPL-3.0-or-later
#include "local_server/local_link.h"

#include <utility>

#include "base/guarded.h"

namespace restanza::host::local {
namespace {

constexpr size_t kTurn = 64;  // stanzas of one plugin before the clients have their turn

}  // namespace

// Tells once how a link ended: when the hooks have returned all that they were offered, or at the deadline.
class LocalLink::Closing : public std::enable_shared_from_this<Closing> {
 public:
  explicit Closing(std::function<void(size_t)> done) : done_(std::move(done)) {}

  void begin(EventLoop& loop, PluginPort& port, std::chrono::milliseconds within) {
    if (port.offers == 0) {
      finish(0);
      return;
    }
    const EventLoop::Token timer = loop.after(within, [self = shared_from_this()] { self->finish(0); });
    port.on_quiet = [self = shared_from_this(), timer, &loop] {
      loop.cancel(timer);
      self->finish(0);
    };
  }
  void finish(size_t unsent) {
    if (done_) std::exchange(done_, nullptr)(unsent);
  }

 private:
  std::function<void(size_t)> done_;
};

LocalLink::LocalLink(std::shared_ptr<PluginPort> port, const Parts& parts)
    : port_(std::move(port)), parts_(parts) {
  parts_.loop.call([this] { parts_.router.attach(port_); });
}

LocalLink::~LocalLink() {
  closed_ = true;
  parts_.loop.call([this] {
    parts_.router.detach(*port_);
    port_->on_quiet = nullptr;
    port_->sent.end();
  });
  parts_.domains.remove(port_->domain);
}

xp_status LocalLink::send(xmpp::Stanza stanza, std::function<void()> writable) {
  if (stanza.xml.size() > parts_.max_stanza) return XP_TOO_BIG;
  if (stanza.kind == xmpp::Kind::iq && !stanza.is_valid_iq()) return XP_INVALID;
  const auto from = xmpp::Jid::parse(stanza.from);
  if (!from || !parts_.domains.may_send(port_->domain, *from)) return XP_DENIED;
  const SentQueue::Put put = port_->sent.put(std::move(stanza), std::move(writable));
  if (put == SentQueue::Put::ended) return XP_GONE;
  if (port_->sent.begin_routing() && !post_routing(parts_, port_)) return XP_GONE;
  return put == SentQueue::Put::full ? XP_WOULD_BLOCK : XP_OK;
}

// Where memory is short it is tried for a while, and then what waits is left to whoever sends next. False:
// the loop has ended.
bool LocalLink::post_routing(const Parts& parts, const std::shared_ptr<PluginPort>& port) {
  bool posted = true;
  if (!guarded_until_done(parts.log, "sending what a plugin has sent",
                          [&] { posted = parts.loop.post([parts, port] { route_some(parts, port); }); }))
    port->sent.give_up_routing();
  return posted;
}

void LocalLink::route_some(const Parts& parts, const std::shared_ptr<PluginPort>& port) {
  SentQueue::Taken taken;
  if (!guarded_until_done(parts.log, "taking what a plugin has sent",
                          [&] { taken = port->sent.take(kTurn); }))
    taken.more = true;
  for (xmpp::Stanza& stanza : taken.stanzas) {
    if (guarded(parts.log, "a stanza of a plugin",
                [&] { parts.router.from_plugin(*port, std::move(stanza)); }))
      continue;
    // One that a plugin's hooks have got already is theirs, and empty here.
    if (stanza.xml.empty()) continue;
    guarded(parts.log, "refusing a stanza of a plugin", [&] { parts.router.refuse(stanza, "no memory"); });
  }
  for (const auto& writable : taken.writable)
    guarded(parts.log, "telling a plugin that there is room", writable);
  if (taken.more) post_routing(parts, port);
}

void LocalLink::post(std::function<void()> work) {
  parts_.loop.post([at = port_, task = std::move(work)] {
    if (at->attached) task();
  });
}

bool LocalLink::up() const {
  return !closed_ && parts_.loop.running();
}

void LocalLink::close(std::chrono::milliseconds within, std::function<void(size_t unsent)> done) {
  closed_ = true;
  port_->sent.refuse_new();
  if (!parts_.loop.running()) {
    done(port_->sent.end());
    return;
  }
  // Shared, because a task that cannot be posted any more is gone with what it holds.
  const auto closing = std::make_shared<Closing>(std::move(done));
  const bool posted = parts_.loop.post([parts = parts_, at = port_, within, closing] {
    const bool begun = guarded(parts.log, "closing the link of a plugin", [&] {
      while (at->sent.size() > 0) route_some(parts, at);
      closing->begin(parts.loop, *at, within);
    });
    if (!begun) closing->finish(at->sent.end());
  });
  if (!posted) closing->finish(port_->sent.end());
}

}  // namespace restanza::host::local
