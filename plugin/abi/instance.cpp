// SPDX-License-Identifier: MIT
#include "abi/instance.h"

#include <algorithm>
#include <utility>

#include "base/guarded.h"
#include "base/str.h"
#include "xp_views.h"

namespace restanza::abi {
namespace {

using views::copy;
using views::text;
using views::view;

using Ctx = std::shared_ptr<Instance>;

bool known(uint32_t kind) {
  return kind == XP_MESSAGE || kind == XP_PRESENCE || kind == XP_IQ;
}

xmpp::Stanza stanza_of(const xp_stanza& view) {
  xmpp::Stanza stanza;
  stanza.kind = static_cast<xmpp::Kind>(view.kind);
  stanza.type = copy(view.type);
  stanza.from = copy(view.from);
  stanza.to = copy(view.to);
  stanza.id = copy(view.id);
  stanza.xml = copy(view.xml);
  return stanza;
}

}  // namespace

Instance::Instance(const xp_host* host) : host_(host), prefix_(copy(host->prefix)), log_(host) {}

Result<void> Instance::make(std::string_view settings_json) {
  sink_ = std::make_unique<HostSink>(host_, weak_from_this());
  accounts_ = std::make_unique<HostAccounts>(host_);
  const AppDependencies deps{copy(host_->domain),
                             prefix_,
                             copy(host_->state_dir),
                             *sink_,
                             *accounts_,
                             [host = host_] { return link_up(host); },
                             clock_,
                             log_,
                             host_->max_stanza == 0 ? SIZE_MAX : static_cast<size_t>(host_->max_stanza)};
  room_ = [weak = weak_from_this()] {
    if (const Ctx instance = weak.lock()) instance->resume();
  };
  auto app = App::make(deps, settings_json);
  if (!app) return app.error();
  app_ = std::move(*app);
  return {};
}

Result<void> Instance::start() {
  if (auto started = app_->start(); !started) return started;
  if (host_->register_route(host_, view(""), app_->max_body(), on_request, new_ctx(), release, &route_) !=
      XP_OK) {
    return Error{"the host refused the route '" + prefix_ + "': another plugin may have it"};
  }
  if (streams_some(host_) && host_->stream_some(host_, route_, longest_stream) != XP_OK)
    return Error{"the host refused to give bodies in pieces"};
  const uint32_t kinds = XP_MESSAGE | XP_PRESENCE | XP_IQ;
  xp_reg* hook = nullptr;
  if (host_->on_stanza(host_, kinds, 0, on_stanza, new_ctx(), release, &hook) != XP_OK) {
    return Error{"the host refused the hook for stanzas"};
  }
  hook_ = hook;
  return {};
}

void Instance::drain(std::chrono::milliseconds within, std::function<void()> done) {
  // The App's own parts end first; what is left then are exchanges on their way to the host.
  app_->drain(within, [this, open = open_, done = std::move(done)] {
    guarded_until_done(log_, "a drain's end", [&] { open->when_empty(done); });
  });
}

void Instance::stop() noexcept {
  app_->stop();
  if (route_) host_->unregister(host_, std::exchange(route_, nullptr));
  if (xp_reg* const hook = hook_.exchange(nullptr)) host_->unregister(host_, hook);
}

void Instance::resume() {
  if (xp_reg* const hook = hook_) host_->resume(host_, hook);
}

// Tells the host that the stanza is safe; empty where it does not wait for that. It runs before the journal's
// end, and so before that of the table.
std::function<void()> Instance::settling(const xp_stanza& stanza) const {
  const bool asked = XP_HAS(xp_stanza, &stanza, keep) && stanza.keep != 0;
  if (!asked || !XP_HAS(xp_host, host_, settle_stanza) || !host_->settle_stanza) return nullptr;
  return [host = host_, keep = stanza.keep] { host->settle_stanza(host, keep, XP_CONSUME); };
}

void* Instance::new_ctx() {
  return new Ctx(shared_from_this());
}
void Instance::release(void* ctx) {
  delete static_cast<Ctx*>(ctx);
}

void Instance::on_request(void* ctx, xp_exchange* handle, const xp_request* request) {
  Instance& self = **static_cast<Ctx*>(ctx);
  try {
    http::Exchange exchange = exchange_of(self.host_, handle, self.open_, self.weak_from_this());
    self.app_->handle(std::move(exchange), request_of(*request, self.prefix_));
  } catch (const std::exception& e) {
    // Out of memory, or a defect here: the exchange has answered 500 on its way out, and the host goes on.
    log_thrown(self.log_, "a request", e);
  }
}

// By what can be seen without a copy: it is asked of every request with a body.
uint64_t Instance::longest_stream(void* ctx, const xp_request* head) {
  const Instance& self = **static_cast<const Ctx*>(ctx);
  const xp_pair* const end = head->headers + head->header_count;
  const xp_pair* const type = std::find_if(head->headers, end, [](const xp_pair& header) {
    return ascii_equal(text(header.name), "Content-Type");
  });
  if (type == end) return 0;
  const std::string_view path = text(head->path);
  return App::longest_stream(text(head->method), path.substr(std::min(path.size(), self.prefix_.size())),
                             text(type->value));
}

int32_t Instance::on_stanza(void* ctx, const xp_stanza* stanza) {
  Instance& self = **static_cast<Ctx*>(ctx);
  if (!known(stanza->kind)) return XP_PASS;
  try {
    switch (self.app_->offer(stanza_of(*stanza), self.room_, self.settling(*stanza))) {
      case App::Offer::taken:
        return XP_CONSUME;
      case App::Offer::keeping:
        return XP_KEEPING;
      case App::Offer::busy:
        return XP_BUSY;
      default:
        return XP_PASS;
    }
  } catch (const std::exception& e) {
    log_thrown(self.log_, "a stanza", e);
    return XP_PASS;
  }
}

}  // namespace restanza::abi
