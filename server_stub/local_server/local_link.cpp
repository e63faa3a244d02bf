// SPDX-License-Identifier: GPL-3.0-or-later
#include "local_server/local_link.h"

#include <utility>

#include "base/guarded.h"

namespace restanza::host::local {
namespace {

constexpr size_t kTurn = 64;  // stanzas of one plugin before the clients have their turn

}  // namespace

// Tells once how a link ended: when the hooks have returned all that they were offered, or at the deadline.
class LocalLink::Closing {
 public:
  static void begin(EventLoop& loop, PluginPort& port, std::chrono::milliseconds within,
                    std::function<void(size_t)> done) {
    if (port.offers == 0) {
      done(0);
      return;
    }
    const auto closing = std::make_shared<Closing>();
    closing->done_ = std::move(done);
    const EventLoop::Token timer = loop.after(within, [closing] { closing->finish(); });
    port.on_quiet = [closing, timer, &loop] {
      loop.cancel(timer);
      closing->finish();
    };
  }

 private:
  void finish() {
    if (done_) std::exchange(done_, nullptr)(0);
  }
  std::function<void(size_t)> done_;
};

LocalLink::LocalLink(std::shared_ptr<PluginPort> port, const Parts& parts)
    : port_(std::move(port)), parts_(parts) {
  parts_.loop.post([&router = parts_.router, at = port_] { router.attach(at); });
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
  switch (port_->sent.put(std::move(stanza), std::move(writable))) {
    case SentQueue::Put::full:
      return XP_WOULD_BLOCK;
    case SentQueue::Put::ended:
      return XP_GONE;
    case SentQueue::Put::taken:
      return XP_OK;
    case SentQueue::Put::taken_first:
      break;
  }
  return post_routing(parts_, port_) ? XP_OK : XP_GONE;
}

// Nobody else will say that something waits, so it is tried for a while where memory is short. False: the
// loop has ended.
bool LocalLink::post_routing(const Parts& parts, const std::shared_ptr<PluginPort>& port) {
  bool posted = true;
  guarded_until_done(parts.log, "sending what a plugin has sent",
                     [&] { posted = parts.loop.post([parts, port] { route_some(parts, port); }); });
  return posted;
}

void LocalLink::route_some(const Parts& parts, const std::shared_ptr<PluginPort>& port) {
  SentQueue::Taken taken;
  if (!guarded_until_done(parts.log, "taking what a plugin has sent",
                          [&] { taken = port->sent.take(kTurn); }))
    taken.more = true;
  for (xmpp::Stanza& stanza : taken.stanzas) {
    guarded(parts.log, "a stanza of a plugin", [&] { parts.router.from_plugin(*port, std::move(stanza)); });
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
  const auto told = std::make_shared<std::function<void(size_t)>>(std::move(done));
  const bool posted = parts_.loop.post([parts = parts_, at = port_, within, told] {
    while (at->sent.size() > 0) route_some(parts, at);
    Closing::begin(parts.loop, *at, within, *told);
  });
  if (!posted) (*told)(port_->sent.end());
}

}  // namespace restanza::host::local
