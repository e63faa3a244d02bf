// SPDX-License-Identifier: MIT
// The vtable with everything behind it in the test's hands: a front on loopback, routes, hooks, and a link
// that is played; and contexts that count their releases.
#pragma once

#include <algorithm>

#include "hosting/border_views.h"
#include "hosting/host_api.h"
#include "hosting/named_log.h"
#include "support/catch.h"
#include "support/fake_clock.h"
#include "support/lines.h"
#include "unit/server_stub/hosting/played_link.h"
#include "unit/server_stub/http_front/front_fixture.h"

namespace restanza::host {

using border::view;
inline std::string text(xp_str view) {
  return view.ptr ? std::string(view.ptr, view.len) : "absent";
}

// What a plugin hands over as ctx, and what came of it.
struct Ctx {
  std::atomic<int> released{0}, gone{0}, writable{0};
  Arrivals<std::string> events;
  Arrivals<xp_exchange*> exchanges;
  std::function<int32_t(const xp_stanza&)> verdict = [](const xp_stanza&) { return XP_PASS; };

  static Ctx& of(void* ctx) { return *static_cast<Ctx*>(ctx); }
  static void on_release(void* ctx) {
    ++of(ctx).released;
    of(ctx).events.add("released");
  }
  static void on_gone(void* ctx) {
    ++of(ctx).gone;
    of(ctx).events.add("gone");
  }
  static void on_writable(void* ctx) {
    ++of(ctx).writable;
    of(ctx).events.add("writable");
  }
  static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request) {
    of(ctx).events.add(text(request->method) + " " + text(request->path) + " " + text(request->query) + " " +
                       text(request->body) + (request->flags & XP_BODY_TOO_LARGE ? "too large" : ""));
    of(ctx).exchanges.add(exchange);
  }
  static int32_t on_stanza(void* ctx, const xp_stanza* stanza) { return of(ctx).verdict(*stanza); }
  xp_watch watch() { return {this, on_gone, on_writable, on_release}; }
};

struct Given {
  Ctx ctx;  // outlives whatever holds it
  FakeClock clock;
  Timer timer{clock};
  Lines lines;
  NamedLog log{"demo@rest.localhost", lines};
  Routes routes;
  Front front;
  std::shared_ptr<PlayedLink> link = std::make_shared<PlayedLink>();
  std::shared_ptr<Hooks> hooks = std::make_shared<Hooks>(timer, log);
  std::unique_ptr<HostApi> api;
  const xp_host* host;
  uint16_t port = 0;

  explicit Given(HostApi::CheckPassword check = nullptr, HostApi::CheckBearer bearer = nullptr)
      : front(settings(), routes, log) {
    hooks->bind(link);
    api = std::make_unique<HostApi>(
        HostApi::Place{"test", "1.0", "rest.localhost", "/rest", "rest.localhost", ""}, front, routes, hooks,
        link, std::move(check), log, std::move(bearer));
    host = api->vtable();
    api->admit();
    const auto bound = front.listen();
    if (bound) port = static_cast<uint16_t>(std::atoi(bound->c_str() + bound->rfind(':') + 1));
    front.start();
  }
  ~Given() { front.stop(); }

  static FrontSettings settings() {
    FrontSettings settings;
    settings.max_stream_buffer = 1024;
    return settings;
  }
  xp_reg* route(std::string_view subpath = "") {
    xp_reg* reg = nullptr;
    REQUIRE(host->register_route(host, view(subpath), 16, Ctx::on_request, &ctx, Ctx::on_release, &reg) ==
            XP_OK);
    return reg;
  }
  xp_reg* hook() {
    xp_reg* reg = nullptr;
    REQUIRE(host->on_stanza(host, 7, 0, Ctx::on_stanza, &ctx, Ctx::on_release, &reg) == XP_OK);
    return reg;
  }
  // What the hooks make of a message.
  std::string offer(bool injected = false) {
    *end_ = "waits";
    hooks->offer(*xmpp::parse_stanza("<message id='1' from='a@x' to='rest.localhost'/>"), injected,
                 [ended = end_](const xmpp::Stanza&, Offer offer) {
                   *ended = offer == Offer::taken ? "taken" : offer == Offer::passed ? "passed" : "refused";
                 });
    return *end_;
  }
  const std::string& end() const { return *end_; }
  xp_status send(std::string_view xml, const xp_watch* retry = nullptr) {
    return host->send_stanza(host, view(xml), 0, retry);
  }
  xp_status respond(xp_exchange* exchange, int32_t code = 200, std::string_view body = "") {
    return host->http_respond(host, exchange, code, nullptr, 0, view(body));
  }
  std::string bugs() const { return lines.of(Level::plugin_bug); }

 private:
  std::shared_ptr<std::string> end_ = std::make_shared<std::string>("waits");
};

}  // namespace restanza::host
