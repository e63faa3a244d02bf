// SPDX-License-Identifier: MIT
#include "hosting/host_api.h"

#include <cstring>
#include <future>
#include <vector>

#include "base/guarded.h"
#include "hosting/border_views.h"
#include "hosting/no_throw.h"

namespace restanza::host {

using border::copy;
using border::text;
using border::view;

HostApi::HostApi(Place place, Exchanges& exchanges, Routes& routes, std::shared_ptr<Hooks> hooks,
                 std::shared_ptr<Link> link, CheckPassword check, Log& log, CheckBearer bearer)
    : place_(std::move(place)),
      table_{},
      auth_{sizeof(xp_auth), 0, NoThrow<check_password>::call},
      principals_{sizeof(xp_principals), 0, NoThrow<check_bearer>::call},
      link_extension_{sizeof(xp_link), 0, NoThrow<is_up, 0>::call},
      http_(exchanges),
      routes_(routes),
      hooks_(std::move(hooks)),
      link_(std::move(link)),
      check_password_(std::move(check)),
      check_bearer_(std::move(bearer)),
      log_(log),
      mount_(routes.mount({place_.prefix, place_.http_host})),
      hook_watch_(log) {
  table_.api = this;
  xp_host& host = table_.host;
  host.size = sizeof host;
  host.minor = XP_MINOR;
  host.name = view(place_.host_name);
  host.version = view(place_.host_version);
  host.domain = view(place_.domain);
  host.prefix = view(place_.prefix);
  if (!place_.state_dir.empty()) host.state_dir = view(place_.state_dir);
  host.max_stanza = link_->max_stanza();
  host.get_extension = NoThrow<get_extension>::call;
  host.log = NoThrow<write_log>::call;
  host.register_route = NoThrow<register_route>::call;
  host.on_stanza = NoThrow<on_stanza>::call;
  host.resume = NoThrow<resume>::call;
  host.unregister = NoThrow<unregister>::call;
  host.send_stanza = NoThrow<send_stanza>::call;
  host.http_watch = NoThrow<http_watch>::call;
  host.http_respond = NoThrow<http_respond>::call;
  host.http_begin = NoThrow<http_begin>::call;
  host.http_write = NoThrow<http_write>::call;
  host.http_end = NoThrow<http_end>::call;
  host.send_parsed = NoThrow<send_parsed>::call;
  host.settle_stanza = NoThrow<settle_stanza>::call;
  host.stream_bodies = NoThrow<stream_bodies>::call;
  host.http_read = NoThrow<http_read>::call;
  host.stream_some = NoThrow<stream_some>::call;
}

HostApi::~HostApi() {
  routes_.unmount(mount_);
}

HostApi& HostApi::self(const xp_host* host) {
  // The vtable is the first member of a standard-layout Table.
  return *reinterpret_cast<const Table*>(host)->api;
}

std::shared_ptr<void> HostApi::keep(void* ctx, void (*release)(void*)) {
  contexts_->enter();
  return std::shared_ptr<void>(ctx, [release, count = contexts_](void* held) {
    if (release) release(held);
    count->leave();
  });
}

bool HostApi::wait_for_release(std::chrono::milliseconds within) {
  auto released = std::make_shared<std::promise<void>>();
  contexts_->when_empty([released] { released->set_value(); });
  return released->get_future().wait_for(within) == std::future_status::ready;
}

xp_reg* HostApi::make(bool route, std::shared_ptr<const void> call, const std::function<uint64_t()>& add) {
  std::map<uintptr_t, Registration>::iterator made;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    made = registrations_.emplace(++last_registration_, Registration{route, std::move(call)}).first;
  }
  uint64_t id = 0;
  const auto settle = [&] {
    const std::lock_guard<std::mutex> lock(mutex_);
    made->second.id = id;
    if (id == 0) registrations_.erase(made);
  };
  try {
    id = add();
  } catch (...) {
    settle();
    throw;
  }
  auto* const handle = reinterpret_cast<xp_reg*>(made->first);
  settle();
  return id == 0 ? nullptr : handle;
}

void HostApi::withdraw() {
  decltype(registrations_) left;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    left.swap(registrations_);
  }
  for (const auto& each : left) guarded_until_done(log_, "unregistering", [&] { remove(each.second); });
  if (!left.empty()) misuse("routes or hooks that were never unregistered: " + std::to_string(left.size()));
  const size_t kept = hooks_->give_up_kept();
  if (kept > 0) misuse("stanzas that were kept and never settled: " + std::to_string(kept));
}

void HostApi::abandon() {
  decltype(registrations_) left;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    left = registrations_;
  }
  for (const auto& each : left) guarded_until_done(log_, "unregistering", [&] { remove(each.second); });
}

void HostApi::remove(const Registration& registration) {
  if (registration.route) {
    routes_.remove(registration.id);
  } else {
    hooks_->remove(registration.id);
  }
}

std::optional<HostApi::Registration> HostApi::find(xp_reg* reg, bool take) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto at = registrations_.find(reinterpret_cast<uintptr_t>(reg));
  if (at == registrations_.end()) return std::nullopt;
  const Registration found = at->second;
  if (take) registrations_.erase(at);
  return found;
}

void HostApi::set_context(xp_reg* reg, std::shared_ptr<void> context) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto at = registrations_.find(reinterpret_cast<uintptr_t>(reg));
  if (at != registrations_.end()) at->second.context = std::move(context);
}

xp_status HostApi::misuse(const std::string& what) {
  log_.write(Level::plugin_bug, what);
  return XP_INVALID;
}

const void* HostApi::get_extension(const xp_host* host, const char* id) {
  HostApi& api = self(host);
  if (std::strcmp(id, XP_EXT_AUTH) == 0 && api.check_password_) return &api.auth_;
  if (std::strcmp(id, XP_EXT_PRINCIPAL) == 0 && api.check_bearer_) return &api.principals_;
  if (std::strcmp(id, XP_EXT_LINK) == 0) return &api.link_extension_;
  return nullptr;
}

void HostApi::write_log(const xp_host* host, int32_t level, xp_str line) {
  const bool known = level >= XP_DEBUG && level <= XP_PLUGIN_BUG;
  self(host).log_.write(known ? static_cast<Level>(level) : Level::info, text(line));
}

xp_status HostApi::register_route(const xp_host* host, xp_str subpath, uint64_t max_body,
                                  void (*fn)(void*, xp_exchange*, const xp_request*), void* ctx,
                                  void (*release)(void*), xp_reg** out) {
  HostApi& api = self(host);
  const auto kept = api.keep(ctx, release);
  if (!fn) return api.misuse("register_route without a function");
  if (api.stage_ != Stage::setup) return api.misuse("register_route after start");
  const auto call =
      std::make_shared<const Routes::Handle>([fn, kept](ExchangeId exchange, const HttpRequest& request) {
        auto* handle = border::handle_of(exchange);
        border::with_view(request, [&](const xp_request& r) { fn(kept.get(), handle, &r); });
      });
  xp_reg* const reg = api.make(true, call, [&] {
    return api.routes_.add(api.mount_, copy(subpath), max_body,
                           [&api, &http = api.http_, calls = api.calls_, weak = std::weak_ptr(call)](
                               ExchangeId exchange, const HttpRequest& request) {
                             const Calls::Scope allowed(*calls);
                             if (allowed) return api.serve(weak.lock().get(), exchange, request);
                             http.respond(exchange, 503, {}, "the plugin is not there any more\n");
                           });
  });
  if (!reg) {
    return api.misuse("the route '" + copy(subpath) + "' is malformed or registered already");
  }
  api.set_context(reg, kept);
  if (out) *out = reg;
  return XP_OK;
}

xp_status HostApi::stream_some(const xp_host* host, xp_reg* route,
                               uint64_t (*longest)(void*, const xp_request*)) {
  HostApi& api = self(host);
  const auto found = api.find(route, false);
  if (!found || !found->route || !longest || api.stage_ != Stage::setup)
    return api.misuse("stream_some after start, without a function, or of what is no route");
  api.routes_.stream_some(
      found->id,
      [longest, calls = api.calls_, context = std::weak_ptr<void>(found->context)](const HttpRequest& head) {
        uint64_t bytes = 0;
        const Calls::Scope allowed(*calls);
        const auto kept = allowed ? context.lock() : nullptr;
        if (kept) border::with_view(head, [&](const xp_request& r) { bytes = longest(kept.get(), &r); });
        return bytes;
      });
  return XP_OK;
}

xp_status HostApi::stream_bodies(const xp_host* host, xp_reg* route) {
  HostApi& api = self(host);
  const auto found = api.find(route, false);
  if (!found || !found->route || api.stage_ != Stage::setup)
    return api.misuse("stream_bodies after start, or of what is no route");
  api.routes_.stream_bodies(found->id);
  return XP_OK;
}

xp_status HostApi::on_stanza(const xp_host* host, uint32_t kinds, int32_t priority,
                             int32_t (*fn)(void*, const xp_stanza*), void* ctx, void (*release)(void*),
                             xp_reg** out) {
  HostApi& api = self(host);
  const auto kept = api.keep(ctx, release);
  if (!fn) return api.misuse("on_stanza without a function");
  if (api.stage_ != Stage::setup) return api.misuse("on_stanza after start");
  const auto call = std::make_shared<const Hooks::Call>(
      [fn, kept, &api](const xmpp::Stanza& stanza, bool injected, KeptStanzas::Id keep) {
        const xp_stanza offered = border::view_of(stanza, injected, keep);
        return api.hook_watch_.call(injected, [&] { return fn(kept.get(), &offered); });
      });
  xp_reg* const reg = api.make(false, call, [&] {
    return api.hooks_->add(kinds, priority,
                           [calls = api.calls_, weak = std::weak_ptr(call)](
                               const xmpp::Stanza& stanza, bool injected, KeptStanzas::Id keep) -> int32_t {
                             const Calls::Scope allowed(*calls);
                             const auto known = weak.lock();
                             return allowed && known ? (*known)(stanza, injected, keep) : XP_PASS;
                           });
  });
  if (out) *out = reg;
  return XP_OK;
}

void HostApi::resume(const xp_host* host, xp_reg* reg) {
  HostApi& api = self(host);
  const auto found = api.find(reg, false);
  if (!found || found->route) {
    api.misuse("resume of what is no hook, or is unregistered");
    return;
  }
  api.hooks_->resume(found->id);
}

xp_status HostApi::settle_stanza(const xp_host* host, uint64_t keep, int32_t verdict) {
  HostApi& api = self(host);
  const xp_status status = api.hooks_->settle(keep, verdict);
  return status == XP_INVALID ? api.misuse("settle_stanza of a stanza that no hook was offered") : status;
}

void HostApi::unregister(const xp_host* host, xp_reg* reg) {
  HostApi& api = self(host);
  const auto found = api.find(reg, true);
  if (!found) {
    api.misuse("unregister of what is no registration, or not any more");
    return;
  }
  api.remove(*found);
}

std::function<void()> HostApi::keep_writable(const xp_watch* retry) {
  if (!retry) return nullptr;
  const auto kept = keep(retry->ctx, retry->release);
  if (!retry->writable) return nullptr;
  return [call = retry->writable, kept] { call(kept.get()); };
}

xp_status HostApi::may_send(size_t bytes) {
  hook_watch_.sent();
  if (stage_ == Stage::gone) return XP_GONE;
  return bytes > table_.host.max_stanza ? XP_TOO_BIG : XP_OK;
}

xp_status HostApi::send_stanza(const xp_host* host, xp_str xml, uint32_t, const xp_watch* retry) {
  HostApi& api = self(host);
  auto writable = api.keep_writable(retry);
  if (const xp_status status = api.may_send(xml.len); status != XP_OK) return status;
  auto stanza = xmpp::parse_stanza(text(xml));
  if (!stanza) {
    return api.misuse("send_stanza with what is not one stanza: " + stanza.error().text);
  }
  return api.link_->send(std::move(*stanza), std::move(writable));
}

xp_status HostApi::send_parsed(const xp_host* host, const xp_stanza* parsed, uint32_t,
                               const xp_watch* retry) {
  HostApi& api = self(host);
  auto writable = api.keep_writable(retry);
  if (const xp_status status = api.may_send(parsed->xml.len); status != XP_OK) return status;
  auto stanza = border::stanza_of(*parsed);
  if (!stanza) return api.misuse("send_parsed with what is no stanza of the kind that it names");
  return api.link_->send(std::move(*stanza), std::move(writable));
}

int32_t HostApi::is_up(const xp_host* host) {
  return self(host).link_->up() ? 1 : 0;
}

}  // namespace restanza::host
