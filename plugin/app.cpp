// SPDX-License-Identifier: MIT
#include "app.h"

#include <atomic>
#include <optional>

#include "base/timer.h"
#include "config/options.h"
#include "iq/reply_table.h"
#include "mapping/codec.h"
#include "rest/reply.h"
#include "rest/router.h"
#include "rest/stanzas.h"
#include "webhook/dispatcher.h"
#include "webhook/reply_route.h"
#include "xmpp/stanza_error.h"

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

}  // namespace

// Members stand in the order of their making: what is below uses what is above, and goes first.
class App::Impl {
 public:
  Impl(const World& world, const config::Options& options)
      : world_(world),
        max_body_(options.stanza_size_limit),
        timer_(world.clock),
        replies_(options.iq_pending_limit, timer_),
        noted_(world.sink),
        route_(world.domain, replies_, world.sink, world.log),
        credentials_(credential_settings(options, world), world.accounts, world.clock),
        iqs_({options.iq_timeout, options.iq_max_timeout, mapping_options(options)}, replies_, archives_,
             noted_),
        stanzas_(mapping_options(options), credentials_, iqs_, noted_, world.log),
        router_(stanzas_, credentials_, rest::Cors(options.cors_origins), world.link_up) {
    if (options.callbacks.empty()) return;
    webhook_.emplace(
        webhook_settings(options.callbacks.front(), options, world.domain),
        [this](xmpp::Stanza reply) { route_.send(std::move(reply)); }, timer_, world.log);
    noted_.tell(*webhook_);
  }

  // The timer first: at the deadline of a drain it stops the webhook too, and may still be at it when `done`
  // has been heard.
  ~Impl() {
    timer_.stop();
    if (webhook_) webhook_->stop();
  }

  void start() {
    timer_.start();
    if (webhook_) webhook_->start();
  }

  size_t max_body() const { return max_body_; }

  void handle(http::Exchange exchange, http::Request request) {
    if (draining_) {
      return rest::refuse(std::move(exchange), request, rest::refused::later("The server is shutting down"));
    }
    router_.handle(std::move(exchange), std::move(request));
  }

  bool offer(xmpp::Stanza stanza) {
    if (stanza.is_answer() && replies_.answer(stanza)) return true;
    if (archives_.take(stanza)) return true;
    if (draining_ || !webhook_ || !webhook_->wants(stanza)) return false;
    if (webhook_->take(std::move(stanza))) return true;
    refuse(stanza);
    return true;
  }

  void drain(std::chrono::milliseconds within, std::function<void()> done) {
    draining_ = true;
    replies_.drain();
    credentials_.drain();
    auto once = std::make_shared<std::atomic<bool>>(false);
    auto finish = [once, done = std::move(done)] {
      if (!once->exchange(true)) done();
    };
    timer_.after(within, [this, finish] {
      if (webhook_) webhook_->stop();
      finish();
    });
    if (!webhook_) return route_.when_empty(finish);
    webhook_->drain([this, finish] { route_.when_empty(finish); });
  }

 private:
  // The queue is full: said at once, while there is somebody to say it to (RFC 6120 section 8.3.3.16).
  void refuse(const xmpp::Stanza& stanza) {
    world_.log.warn("the webhook's queue is full: a stanza was refused");
    const bool answerable =
        stanza.is_request() || (stanza.kind == xmpp::Kind::message && stanza.type != "groupchat");
    if (!answerable || !xmpp::may_be_answered(stanza)) return;
    route_.send(xmpp::error_reply(stanza, {"wait", "resource-constraint", "Too many stanzas are waiting"}));
  }

  const World world_;
  const size_t max_body_;
  Timer timer_;
  iq::ReplyTable replies_;
  iq::ArchiveQueries archives_;
  NotedSink noted_;
  webhook::ReplyRoute route_;
  const rest::Credentials credentials_;
  const rest::Iqs iqs_;
  const rest::Stanzas stanzas_;
  const rest::Router router_;
  std::optional<webhook::Dispatcher> webhook_;
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
void App::start() {
  impl_->start();
}
size_t App::max_body() const {
  return impl_->max_body();
}
void App::handle(http::Exchange exchange, http::Request request) {
  impl_->handle(std::move(exchange), std::move(request));
}
bool App::offer(xmpp::Stanza stanza) {
  return impl_->offer(std::move(stanza));
}
void App::drain(std::chrono::milliseconds within, std::function<void()> done) {
  impl_->drain(within, std::move(done));
}

}  // namespace restanza
