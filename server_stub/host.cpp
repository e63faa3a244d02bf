// SPDX-License-Identifier: GPL-3.0-or-later
#include "host.h"

#include <future>

namespace restanza::host {
namespace {

FrontSettings front_settings(const HostConfig& config) {
  FrontSettings settings;
  settings.address = config.http.host;
  settings.port = config.http.port;
  return settings;
}

LocalSettings local_settings(const HostConfig& config) {
  LocalSettings settings;
  settings.domain = config.domain;
  settings.address = config.c2s.host;
  settings.port = config.c2s.port;
  settings.accounts = config.accounts;
  settings.anonymous = config.anonymous;
  return settings;
}

// Waits until every one of `count` parts has called what it was given, or `within` is over.
class Together {
 public:
  explicit Together(size_t count) : missing_(std::make_shared<std::atomic<size_t>>(count)) {
    if (count == 0) all_->set_value();
  }
  std::function<void()> one() const {
    return [missing = missing_, all = all_] {
      if (--*missing == 0) all->set_value();
    };
  }
  bool wait(std::chrono::milliseconds within) {
    return all_->get_future().wait_for(within) == std::future_status::ready;
  }

 private:
  std::shared_ptr<std::atomic<size_t>> missing_;
  std::shared_ptr<std::promise<void>> all_ = std::make_shared<std::promise<void>>();
};

}  // namespace

Host::Host(const HostConfig& config, Log& log, HostEvents events)
    : config_(config),
      log_(log),
      events_(std::move(events)),
      timer_(clock_),
      front_(front_settings(config), routes_, log),
      logins_missing_(config.component ? config.plugins.size() : 0) {}

Result<std::unique_ptr<Host>> Host::make(const HostConfig& config, Log& log, HostEvents events) {
  std::unique_ptr<Host> host(new Host(config, log, std::move(events)));
  if (!config.component) {
    auto local = LocalServer::create(local_settings(config), log, host->clock_);
    if (!local) return local.error();
    host->local_ = std::move(*local);
  }
  for (const PluginConfig& plugin : config.plugins) {
    if (auto seated = host->seat(plugin); !seated) return seated.error();
  }
  return host;
}

Result<void> Host::seat(const PluginConfig& config) {
  auto library = Library::open(config.load, plugin_directories());
  if (!library) return library.error();
  auto seat = std::make_unique<Seat>();
  const std::string name = std::string((*library)->descriptor().id) + "@" + config.domain;
  seat->domain = config.domain;
  seat->log = std::make_unique<NamedLog>(name, log_);
  seat->hooks = std::make_shared<Hooks>(timer_, *seat->log);
  auto link = link_for(config, *seat);
  if (!link) return link.error();
  seat->link = std::move(*link);
  seat->hooks->bind(seat->link);

  HostApi::CheckPassword check;
  if (local_) {
    check = [this](const std::string& account, const std::string& password, const auto& verdict) {
      local_->check_password(account, password, verdict);
    };
  }
  auto api = std::make_unique<HostApi>(
      HostApi::Place{name, config.domain, config.prefix, config.http_host, config.state_dir}, front_, routes_,
      seat->hooks, seat->link, std::move(check), *seat->log);
  seat->plugin = std::make_unique<Plugin>(std::move(*library), std::move(api));
  if (auto created = seat->plugin->create(config.settings_json); !created) {
    return Error{config.settings_place + created.error().text};
  }
  seats_.push_back(std::move(seat));
  return {};
}

Result<std::shared_ptr<Link>> Host::link_for(const PluginConfig& config, Seat& seat) {
  if (local_) {
    std::shared_ptr<Link> link = local_->attach(config.domain, *seat.hooks);
    if (!link) return Error{"the domain '" + config.domain + "' cannot be served twice"};
    return link;
  }
  ComponentSettings settings;
  settings.host = config_.server.host;
  settings.port = config_.server.port;
  settings.domain = config.domain;
  settings.secret = config.secret;
  settings.max_stanza = config_.max_stanza;
  ComponentEvents events;
  events.ready = [this] { component_ready(); };
  events.refused = [this, domain = config.domain] {
    events_.refused("the server refused the component '" + domain +
                    "': not-authorized. Its secret here and at the server must be the same");
  };
  auto link = std::make_shared<ComponentLink>(settings, *seat.hooks, *seat.log, clock_, std::move(events));
  seat.component = link.get();
  return std::shared_ptr<Link>(std::move(link));
}

void Host::warn_of_open_doors() const {
  if (!config_.http.loopback())
    log_.warn("HTTP listens off loopback without TLS: put a proxy with TLS before it");
  if (config_.component && !config_.server.loopback()) {
    log_.warn("the component's connection to '" + config_.server.host + "' is not encrypted: use a tunnel");
  }
}

Result<void> Host::start() {
  warn_of_open_doors();
  timer_.start();
  auto http = front_.listen();
  if (!http) return http.error();
  http_address_ = *http;
  if (local_) {
    auto c2s = local_->listen();
    if (!c2s) return c2s.error();
    c2s_address_ = *c2s;
    local_->start();
  }
  for (const auto& seat : seats_) {
    if (auto started = seat->plugin->start(); !started) return started;
  }
  front_.start();
  for (const auto& seat : seats_) {
    if (seat->component) seat->component->start();
  }
  if (local_) say_ready();
  return {};
}

void Host::component_ready() {
  if (--logins_missing_ == 0) say_ready();
}

void Host::say_ready() {
  std::string line = "ready http=" + http_address_;
  if (local_) line += " c2s=" + c2s_address_;
  for (const auto& seat : seats_) {
    if (seat->component) line += " component=" + seat->domain;
  }
  events_.ready(line);
}

void Host::drain() {
  front_.refuse_new();
  Together drained(seats_.size());
  for (const auto& seat : seats_) seat->plugin->drain(kDrain, drained.one());
  drained.wait(kDrain + std::chrono::seconds(1));
}

// A request whose body is still on its way holds its route, so the front goes before the plugins.
void Host::end_plugins() {
  front_.stop();
  for (const auto& seat : seats_) abandoned_ = !seat->plugin->end() || abandoned_;
}

void Host::shut_down() {
  drain();

  // Hooks still get what the servers send until their ends of the streams: so the plugins go after the links'
  // close.
  Together closed(seats_.size());
  for (const auto& seat : seats_) {
    Log& log = *seat->log;
    seat->link->close(kClose, [&log, one = closed.one()](size_t unsent) {
      if (unsent > 0) log.warn(std::to_string(unsent) + " stanzas could not be sent before the end");
      one();
    });
  }
  closed.wait(kClose + std::chrono::seconds(1));
  end_plugins();
}

Host::~Host() {
  // The same order where a start failed half-way: nobody may be called whose parts are gone, and what has
  // started is drained before it is destroyed.
  drain();
  end_plugins();
  timer_.stop();
  seats_.clear();
  if (local_) local_->stop(kClose);
}

}  // namespace restanza::host
