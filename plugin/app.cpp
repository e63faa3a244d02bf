// SPDX-License-Identifier: MIT
#include "app.h"

#include <atomic>
#include <vector>

#include "base/metrics.h"
#include "base/timer.h"
#include "config/options.h"
#include "iq/reply_table.h"
#include "journal/journal.h"
#include "mapping/codec.h"
#include "rest/reply.h"
#include "rest/router.h"
#include "rest/stanzas.h"
#include "webhook/dispatcher.h"
#include "webhook/reply_route.h"

namespace restanza {
namespace {

mapping::Options mapping_options(const config::Options& options) {
  return {options.json_strict, options.json_xml};
}

webhook::Settings webhook_settings(const config::Callback& callback, const config::Options& options,
                                   const std::string& domain) {
  webhook::Settings settings;
  settings.name = callback.name;
  settings.url = callback.url;
  settings.domain = domain;
  settings.kinds = callback.kinds;
  settings.events = (callback.bare ? mask(webhook::Event::bare) : 0U) |
                    (callback.full ? mask(webhook::Event::full) : 0U) |
                    (callback.host ? mask(webhook::Event::host) : 0U);
  settings.types = callback.types;
  settings.from = callback.from;
  settings.to = callback.to;
  settings.namespaces = callback.namespaces;
  settings.format = mapping::format_of(callback.content_type).value_or(mapping::Format::xml);
  settings.mapping = mapping_options(options);
  settings.secrets = callback.secrets;
  settings.authorization = callback.authorization;
  settings.ca_file = callback.ca_file;
  settings.tls_verify = callback.tls_verify;
  settings.public_only = options.callback_public_only;
  settings.timeout = callback.timeout;
  settings.max_connections = callback.max_connections;
  settings.max_queued = callback.max_queued;
  settings.max_answer = options.stanza_size_limit;
  settings.retry = callback.retry;
  settings.pace = callback.pace;
  settings.reply = callback.reply;
  settings.gone_disables = !callback.short_form;
  return settings;
}

rest::Credentials::Settings credential_settings(const config::Options& options, const World& world) {
  rest::Credentials::Settings settings;
  settings.domain = world.domain;
  settings.prefix = world.prefix;
  settings.component_secret = options.component_secret;
  settings.basic = options.basic;
  settings.bearer = options.bearer;
  settings.anonymous = options.anonymous_rest;
  settings.tokens = options.tokens;
  return settings;
}

std::vector<webhook::Settings> endpoints_of(const config::Options& options, const std::string& domain) {
  std::vector<webhook::Settings> endpoints;
  for (const config::Callback& callback : options.callbacks) {
    endpoints.push_back(webhook_settings(callback, options, domain));
  }
  return endpoints;
}

// The way out for what REST sends: a room reflects a groupchat message to its sender, and the webhook must
// know which ones those are.
class NotedSink final : public xmpp::StanzaSink {
 public:
  explicit NotedSink(xmpp::StanzaSink& sink) : sink_(sink) {}
  void tell(webhook::Dispatcher& webhook) { webhook_ = &webhook; }

  xmpp::Sent send(const xmpp::Stanza& stanza, std::function<void()> writable) override {
    const bool to_room = stanza.kind == xmpp::Kind::message && stanza.type == "groupchat";
    if (webhook_ && to_room) webhook_->note_sent(stanza);
    return sink_.send(stanza, std::move(writable));
  }

 private:
  xmpp::StanzaSink& sink_;
  webhook::Dispatcher* webhook_ = nullptr;
};

constexpr std::chrono::milliseconds kBreakOff{500};  // of a drain's time, for requests that are broken off

}  // namespace

// Members stand in the order of their making: what is below uses what is above, and goes first.
class App::Impl {
 public:
  Impl(const World& world, const config::Options& options)
      : world_(world),
        max_body_(options.stanza_size_limit),
        journal_({world.state_dir, options.journal_max_bytes}, world.clock, world.log),
        timer_(world.clock),
        replies_(options.iq_pending_limit, timer_),
        noted_(world.sink),
        route_(world.domain, replies_, world.sink, world.log),
        webhook_(endpoints_of(options, world.domain),
                 {journal_,
                  [this](xmpp::Stanza reply, std::function<void()> handed) {
                    route_.send(std::move(reply), std::move(handed));
                  },
                  timer_, world.clock, world.log, metrics_}),
        credentials_(credential_settings(options, world), world.accounts, world.clock),
        iqs_({options.iq_timeout, options.iq_max_timeout, mapping_options(options)}, replies_, archives_,
             noted_),
        idempotency_(journal_, world.clock, world.log),
        stanzas_(mapping_options(options), credentials_, idempotency_, iqs_, noted_, world.log),
        deliveries_(journal_, webhook_, world.clock, world.log),
        endpoints_(webhook_),
        router_({stanzas_, deliveries_, endpoints_, credentials_, metrics_, world.clock, world.link_up,
                 options.metrics_public},
                rest::Cors(options.cors_origins)) {
    noted_.tell(webhook_);
    route_.tell_pressure([this](bool held) { webhook_.hold(held); });
    metrics_.gauge("restanza_link_up", "Whether stanzas can leave", {},
                   [this] { return world_.link_up() ? 1.0 : 0.0; });
    metrics_.gauge("restanza_iqs_pending", "Requests that wait for the answer to their iq", {},
                   [this] { return static_cast<double>(replies_.size()); });
    metrics_.gauge("restanza_journal_intake", "Stanzas that wait for their commit", {},
                   [this] { return static_cast<double>(journal_.waiting()); });
  }

  // The timer first: at the deadline of a drain it stops the webhook too, and may still be at it when `done`
  // has been heard. Then whoever still asks the journal for something.
  ~Impl() { stop(); }

  void stop() {
    timer_.stop();
    webhook_.stop();
    journal_.stop();
  }

  Result<void> start() {
    if (auto opened = journal_.open(); !opened) return opened;
    if (auto started = webhook_.start(); !started) return started;
    timer_.start();
    forget_old_keys();
    return {};
  }

  size_t max_body() const { return max_body_; }

  void handle(http::Exchange exchange, http::Request request) {
    if (draining_) {
      return rest::refuse(router_.counted(std::move(exchange), request), request,
                          rest::refused::later("The server is shutting down"));
    }
    router_.handle(std::move(exchange), std::move(request));
  }

  Offer offer(xmpp::Stanza stanza, std::function<void()> room) {
    if (stanza.is_answer() && replies_.answer(stanza)) return Offer::taken;
    if (archives_.take(stanza)) return Offer::taken;
    switch (webhook_.offer(std::move(stanza), std::move(room))) {
      case webhook::Dispatcher::Offer::taken:
        return Offer::taken;
      case webhook::Dispatcher::Offer::busy:
        return Offer::busy;
      default:
        return Offer::foreign;
    }
  }

  void drain(std::chrono::milliseconds within, std::function<void()> done) {
    draining_ = true;
    replies_.drain();
    credentials_.drain();
    auto once = std::make_shared<std::atomic<bool>>(false);
    auto finish = [once, done = std::move(done)] {
      if (!once->exchange(true)) done();
    };
    const auto patience = within > 2 * kBreakOff ? within - kBreakOff : within;
    timer_.after(patience, [this, finish] {
      webhook_.break_off();
      timer_.after(kBreakOff, finish);  // for a request that cannot be broken off: a name is being resolved
    });
    webhook_.drain([this, finish] { route_.when_empty(finish); });
  }

 private:
  static constexpr std::chrono::hours kKeyPurge{1};

  void forget_old_keys() {
    idempotency_.forget_old_keys();
    timer_.after(kKeyPurge, [this] { forget_old_keys(); });
  }

  const World world_;
  const size_t max_body_;
  Metrics metrics_;  // these two before all whose exchanges may end through them
  journal::Journal journal_;
  Timer timer_;
  iq::ArchiveQueries archives_;
  iq::ReplyTable replies_;  // what waits there uses the archives
  NotedSink noted_;
  webhook::ReplyRoute route_;
  webhook::Dispatcher webhook_;
  const rest::Credentials credentials_;
  const rest::Iqs iqs_;
  const rest::Idempotency idempotency_;
  const rest::Stanzas stanzas_;
  const rest::Deliveries deliveries_;
  const rest::Endpoints endpoints_;
  const rest::Router router_;
  std::atomic<bool> draining_{false};
};

Result<std::unique_ptr<App>> App::make(const World& world, std::string_view settings_json) {
  const auto options = config::parse_options(settings_json, world.domain);
  if (!options) return options.error();
  for (const config::Callback& callback : options->callbacks) {
    const auto checked = webhook::check(webhook_settings(callback, *options, world.domain));
    const std::string where = callback.short_form ? "rest_callback_url" : "rest_callbacks." + callback.name;
    if (!checked) return Error{"setting '" + where + "': " + checked.error().text};
  }
  return std::unique_ptr<App>(new App(std::make_unique<Impl>(world, *options)));
}

App::App(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
App::~App() = default;
Result<void> App::start() {
  return impl_->start();
}
size_t App::max_body() const {
  return impl_->max_body();
}
void App::handle(http::Exchange exchange, http::Request request) {
  impl_->handle(std::move(exchange), std::move(request));
}
App::Offer App::offer(xmpp::Stanza stanza, std::function<void()> room) {
  return impl_->offer(std::move(stanza), std::move(room));
}
void App::drain(std::chrono::milliseconds within, std::function<void()> done) {
  impl_->drain(within, std::move(done));
}
void App::stop() {
  impl_->stop();
}

}  // namespace restanza
