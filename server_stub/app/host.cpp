// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/host.h"

#include <algorithm>

#include "app/together.h"
#include "net/tls_identity.h"

namespace restanza::host {
namespace {

void warn_of_symbols(const Library& library, Log& log) {
  constexpr size_t kShown = 5;
  const auto extra = library.extra_symbols();
  if (extra.empty()) return;
  std::string line = "the library exports more than its entry: ";
  for (size_t i = 0; i < std::min(extra.size(), kShown); ++i) line += (i > 0 ? ", " : "") + extra[i];
  if (extra.size() > kShown) line += " and " + std::to_string(extra.size() - kShown) + " more";
  log.warn(line);
}

}  // namespace

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
    auto seat = host->make_seat(plugin);
    if (!seat) return seat.error();
    host->seats_.push_back(std::move(*seat));
  }
  return host;
}

Result<std::unique_ptr<Host::Seat>> Host::make_seat(const PluginConfig& config) {
  auto library = Library::open(config.load, plugin_directories());
  if (!library) return library.error();
  auto seat = std::make_unique<Seat>();
  const std::string name = std::string((*library)->descriptor().id) + "@" + config.domain;
  seat->config = config;
  seat->log = std::make_unique<NamedLog>(name, log_);
  warn_of_symbols(**library, *seat->log);
  seat->hooks = std::make_shared<Hooks>(timer_, *seat->log);
  auto link = network_->attach({config, *seat->hooks, *seat->log, started_});
  if (!link) return link.error();
  seat->link = std::move(*link);
  seat->hooks->bind(seat->link);

  auto api = std::make_unique<HostApi>(
      HostApi::Place{name, config.domain, config.prefix, config.http_host, config.state_dir}, front_, routes_,
      seat->hooks, seat->link, network_->check_password(), *seat->log);
  seat->plugin = std::make_unique<Plugin>(std::move(*library), std::move(api));
  if (auto created = seat->plugin->create(config.settings_json); !created) {
    const Error error{failure(config, *seat->plugin, "create", created.error().text)};
    part_from(std::move(seat));
    return error;
  }
  return seat;
}

std::string Host::failure(const PluginConfig& config, const Plugin& plugin, const char* step,
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
  for (const auto& seat : seats_) {
    if (auto started = seat->plugin->start(); !started)
      return Error{failure(seat->config, *seat->plugin, "start", started.error().text)};
  }
  front_.start();
  for (const auto& seat : seats_) seat->link->start();
  started_ = true;
  ready_.listening("ready http=" + *http + *network);
  return {};
}

void Host::drain(const Seats& seats) {
  Together drained(seats.size());
  for (const auto& seat : seats) seat->plugin->drain(kDrain, drained.one());
  drained.wait(kDrain + std::chrono::seconds(1));
}

// Hooks still get what the servers send until their ends of the streams: so the plugins go after the links'
// close.
void Host::close_links(const Seats& seats) {
  Together closed(seats.size());
  for (const auto& seat : seats) {
    Log& log = *seat->log;
    seat->link->close(kClose, [&log, one = closed.one()](size_t unsent) {
      if (unsent > 0) log.warn(std::to_string(unsent) + " stanzas could not be sent before the end");
      one();
    });
  }
  closed.wait(kClose + std::chrono::seconds(1));
}

void Host::part_from(std::unique_ptr<Seat> seat) {
  if (seat->plugin->end()) return;
  abandoned_ = true;
  forsaken_.push_back(std::move(seat));
}

// What the plugins left open is answered while the front can still send it.
void Host::end_plugins() {
  for (const auto& seat : seats_) seat->plugin->dismiss();
  front_.stop();
  for (const auto& seat : seats_) abandoned_ = !seat->plugin->end() || abandoned_;
}

void Host::shut_down() {
  front_.refuse_new();
  drain(seats_);
  close_links(seats_);
  end_plugins();
}

Host::~Host() {
  // The same order where a start failed half-way: nobody may be called whose parts are gone, and what has
  // started is drained before it is destroyed.
  front_.refuse_new();
  drain(seats_);
  end_plugins();
  timer_.stop();
  seats_.clear();
  if (network_) network_->stop(kClose);
}

}  // namespace restanza::host
