// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/host.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "app/latch.h"
#include "base/guarded.h"
#include "net/tls_identity.h"

namespace restanza::host {

Host::Host(const HostConfig& config, Log& log, HostEvents events)
    : config_(config),
      tls_(config.http.tls),
      level_(config.log_level),
      log_(log),
      events_(std::move(events)),
      timer_(clock_, &log_),
      front_(config.http, routes_, log),
      ready_(events_.ready) {}

Result<std::unique_ptr<Host>> Host::make(const HostConfig& config, Log& log, HostEvents events) {
  std::unique_ptr<Host> host(new Host(config, log, std::move(events)));
  auto network = link_mode(config.mode).open(config, log, host->clock_, host->network_events());
  if (!network) return network.error();
  host->network_ = std::move(*network);
  for (const PluginConfig& plugin : config.plugins) {
    auto served = host->load(plugin);
    if (!served) return served.error();
    host->served_.push_back(std::move(*served));
  }
  return host;
}

Result<std::unique_ptr<Host::ServedPlugin>> Host::load(const PluginConfig& config) {
  const HostApi::Place place{"restanza-host", RESTANZA_VERSION, config.domain,
                             config.prefix,   config.http_host, config.state_dir};
  auto instance = Instance::load(config.load, place, {timer_, front_, routes_, log_});
  if (!instance) return instance.error();
  auto served = std::make_unique<ServedPlugin>();
  served->config = config;
  served->instance = std::move(*instance);
  auto link = network_->attach({config, served->instance->inbound(), served->instance->log(), started_});
  if (!link) return link.error();
  served->instance->connect(std::move(*link), network_->check_password());
  try {
    PluginLife& plugin = served->instance->plugin();
    if (auto created = plugin.create(config.settings_json); !created) {
      const Error error{failure(config, plugin, "create", created.error().text)};
      part_from(std::move(served));
      return error;
    }
  } catch (...) {
    if (served) part_from(std::move(served));
    throw;
  }
  return served;
}

std::string Host::failure(const PluginConfig& config, const PluginLife& plugin, const char* step,
                          const std::string& why) {
  const std::string place = config.source.place_of(why);
  if (config.source.names_key(why)) return place + why;
  return place + "the plugin '" + plugin.id() + "' failed to " + step + ": " + why;
}

NetworkEvents Host::network_events() {
  return {[this](const std::string& kind, const std::string& domain) { ready_.expect(kind, domain); },
          [this](const std::string& domain) { ready_.logged_in(domain); },
          [this](const std::string& why) { events_.refused(why); }};
}

void Host::warn_of_open_doors() const {
  const auto& listen = config_.http.listen;
  const bool open = std::any_of(listen.begin(), listen.end(), [](const ListenAddress& address) {
    return address.path.empty() && !HostPort{address.host, address.port}.loopback();
  });
  if (open && !tls_) {
    log_.warn(
        "HTTP listens off loopback without TLS: set 'certificate' and 'key' in [http], or put a proxy "
        "with TLS before it");
  }
  network_->warn();
}

void Host::warn_of_certificate() const {
  if (tls_ && !tls_->valid_now())
    log_.warn("clients will refuse the HTTP certificate: it is not valid today, and ends on " +
              tls_->expiry());
}

Result<void> Host::start() {
  warn_of_open_doors();
  warn_of_certificate();
  timer_.start();
  auto http = front_.listen();
  if (!http) return Error{http.error().text + "; choose another with 'http.listen' in the configuration"};
  const auto network = network_->start();
  if (!network) return network.error();
  for (const auto& served : served_) {
    if (auto started = served->instance->plugin().start(); !started)
      return Error{failure(served->config, served->instance->plugin(), "start", started.error().text)};
  }
  front_.start();
  for (const auto& served : served_) served->instance->link().start();
  started_ = true;
  ready_.listening("ready http=" + *http + *network);
  return {};
}

void Host::wait_for_each(const ServedPlugins& plugins, const char* what, std::chrono::milliseconds within,
                         const std::function<void(Instance&, std::function<void()>)>& ask) {
  std::optional<Latch> all;
  if (!guarded_until_done(log_, what, [&] { all.emplace(plugins.size()); })) return;
  for (const auto& served : plugins) {
    if (!guarded(log_, what, [&] { ask(*served->instance, all->counter()); })) all->count_down();
  }
  all->wait(within + std::chrono::seconds(1));
}

void Host::drain(const ServedPlugins& plugins) {
  wait_for_each(plugins, "draining a plugin", kDrain, [](Instance& instance, std::function<void()> done) {
    instance.plugin().drain(kDrain, std::move(done));
  });
}

// Hooks still get what the servers send until their ends of the streams: so the plugins go after the links'
// close.
void Host::close_links(const ServedPlugins& plugins) {
  wait_for_each(plugins, "closing a link", kClose, [](Instance& instance, std::function<void()> done) {
    Log& log = instance.log();
    instance.link().close(kClose, [&log, one = std::move(done)](size_t unsent) {
      guarded(log, "a line about a link", [&] {
        if (unsent > 0) log.warn(std::to_string(unsent) + " stanzas could not be sent before the end");
      });
      one();
    });
  });
}

bool Host::part_from(std::unique_ptr<ServedPlugin> served) noexcept {
  bool ended = false;
  guarded(log_, "the end of a plugin", [&] { ended = served->instance->plugin().end(); });
  if (ended) return true;
  abandoned_ = true;
  if (!guarded_until_done(log_, "keeping a plugin that did not end",
                          [&] { never_ended_.push_back(std::move(served)); })) {
    static_cast<void>(served.release());  // for ever, then
  }
  return false;
}

// What the plugins left open is answered while the front can still send it.
void Host::end_plugins() {
  for (const auto& served : served_) served->instance->plugin().dismiss();
  front_.stop();
  for (const auto& served : served_) abandoned_ = !served->instance->plugin().end() || abandoned_;
}

void Host::shut_down() {
  front_.refuse_new();
  drain(served_);
  close_links(served_);
  end_plugins();
}

Host::~Host() {
  // The same order where a start failed half-way: nobody may be called whose parts are gone, and what has
  // started is drained before it is destroyed.
  front_.refuse_new();
  drain(served_);
  end_plugins();
  timer_.stop();
  served_.clear();
  if (network_) network_->stop(kClose);
}

}  // namespace restanza::host
