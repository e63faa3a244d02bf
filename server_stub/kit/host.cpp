// SPDX-License-Identifier: MIT
// Puts a host together of the rooms below: who owns whom, and the order of the start and of the end.
#include <atomic>
#include <future>
#include <set>
#include <vector>

#include "base/clock.h"
#include "base/str.h"
#include "http_front/front.h"
#include "kit/handed_exchanges.h"
#include "kit/loaded_plugin.h"
#include "kit/server_link.h"
#include "net/tls_identity.h"
#include "xmpp/jid.h"

namespace xp::host {
namespace {

using restanza::Level;
using restanza::Log;
using restanza::host::Front;
using restanza::host::FrontSettings;
using restanza::host::HostApi;
using restanza::host::Instance;
using restanza::host::LoadedPlugin;
using restanza::host::ServerLink;
using restanza::host::TlsIdentity;

class FunctionLog final : public Log {
 public:
  explicit FunctionLog(std::function<void(int32_t, std::string_view)> to) : to_(std::move(to)) {}
  void write(Level level, std::string_view line) override {
    if (!to_) return;
    try {
      to_(static_cast<int32_t>(level), line);
    } catch (...) {  // the line is lost, and nothing else
    }
  }

 private:
  const std::function<void(int32_t, std::string_view)> to_;
};
static_assert(static_cast<int32_t>(Level::plugin_bug) == XP_PLUGIN_BUG, "the levels are those of xp.h");

// Null where it cannot be had, and `error` says why.
std::shared_ptr<const TlsIdentity> identity_of(const HostSettings& given, std::string& error) {
  auto loaded = TlsIdentity::load(given.certificate, given.key, restanza::host::kHttpOverTls);
  if (loaded) return std::move(*loaded);
  const bool of_key = loaded.error().of == TlsIdentity::Fault::Of::key;
  error = std::string(of_key ? "key " : "certificate ") + loaded.error().text;
  return nullptr;
}

// `fault`: why it cannot be served as it is wanted.
FrontSettings front_settings(const HostSettings& given, std::string& fault) {
  FrontSettings settings;
  settings.listen.clear();
  for (const Address& each : given.listen) settings.listen.push_back({each.host, each.port, each.unix_path});
  if (!given.certificate.empty() || !given.key.empty()) settings.tls = identity_of(given, fault);
  return settings;
}

bool good_prefix(const std::string& prefix) {
  return prefix.empty() || (prefix[0] == '/' && prefix.back() != '/');
}

HostApi::CheckPassword password_check(Server& server) {
  if (!server.has_accounts()) return nullptr;
  return [&server](std::string name, std::string password, Server::Verdict verdict) {
    server.check_password(std::move(name), std::move(password), std::move(verdict));
  };
}

HostApi::CheckBearer bearer_check(Server& server) {
  if (!server.has_bearers()) return nullptr;
  return [&server](std::string token, const std::function<void(xp_status, const HostApi::Principal&)>& tell) {
    server.check_bearer(std::move(token), [tell](xp_status status, const Server::Principal& principal) {
      tell(status, {principal.bare_jid, principal.scopes, principal.rights});
    });
  };
}

// Tells once that the last of several drains is done, or that the time is over.
struct Drained {
  explicit Drained(size_t count, std::function<void()> tell) : missing(count), done(std::move(tell)) {}
  void one() {
    if (--missing == 0) all();
  }
  void all() {
    if (told.exchange(true)) return;
    try {
      done();
    } catch (...) {  // it may run on a thread of ours
    }
  }
  std::atomic<size_t> missing;
  std::atomic<bool> told{false};
  const std::function<void()> done;
};

}  // namespace

// NOLINTNEXTLINE(performance-unnecessary-value-param): servers that override it keep what they are given
void Server::check_password(std::string, std::string, Verdict verdict) {
  verdict(XP_INTERNAL, {});
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): likewise
void Server::check_bearer(std::string, BearerVerdict verdict) {
  verdict(XP_INTERNAL, {});
}

bool Server::is_account(const std::string&) const {
  return false;
}

class Host::Impl {
 public:
  explicit Impl(HostSettings given)
      : settings(std::move(given)),
        log(settings.log),
        timer(clock, &log),
        front(settings.listen.empty()
                  ? nullptr
                  : std::make_unique<Front>(front_settings(settings, tls_fault), routes, log)) {
    timer.start();
  }

  restanza::host::Exchanges& exchanges() {
    return front ? static_cast<restanza::host::Exchanges&>(*front) : handed;
  }

  const HostSettings settings;
  const restanza::SystemClock clock;
  FunctionLog log;
  restanza::Timer timer;
  restanza::host::Routes routes;
  restanza::host::HandedExchanges handed;
  std::string tls_fault;
  const std::unique_ptr<Front> front;  // null: requests are handed over
  std::vector<std::unique_ptr<LoadedPlugin>> plugins;
  std::set<std::string> domains;  // of the plugins
  std::string listening;
  bool draining = false, ended = false, abandoned = false;
};

Host::Host(HostSettings settings) : impl_(std::make_unique<Impl>(std::move(settings))) {}

Host::~Host() {
  if (!end()) static_cast<void>(impl_.release());  // something of a plugin runs on, and knows it
}

Plugin* Host::load(const PluginSettings& wanted, Server& server, std::string& error) {
  const auto domain = restanza::xmpp::Jid::parse(wanted.domain);
  if (!domain || domain->full() != domain->domain) {
    error = "'" + wanted.domain + "' is no domain: a plugin needs one, such as rest.example.org";
    return nullptr;
  }
  if (!good_prefix(wanted.prefix)) {
    error = "the prefix '" + wanted.prefix + "' must begin with '/' and not end with it";
    return nullptr;
  }
  if (impl_->domains.count(domain->domain) > 0) {
    error = "the domain '" + domain->domain + "' is served already: give the plugin its own";
    return nullptr;
  }
  auto instance = Instance::load(wanted.library,
                                 {impl_->settings.name, impl_->settings.version, domain->domain,
                                  wanted.prefix, wanted.http_host, wanted.state_dir},
                                 {impl_->timer, impl_->exchanges(), impl_->routes, impl_->log});
  if (!instance) {
    error = instance.error().text;
    return nullptr;
  }
  if (server.acknowledges()) (*instance)->let_keep();
  (*instance)->connect(
      std::make_shared<ServerLink>(domain->domain, wanted.max_stanza, server, (*instance)->log()),
      password_check(server), bearer_check(server));
  auto plugin = std::make_unique<LoadedPlugin>(std::move(*instance));
  if (const auto created = plugin->plugin().create(wanted.settings_json); !created) {
    error = plugin->plugin().id() + ": " + created.error().text;
    if (!plugin->plugin().end()) {
      impl_->abandoned = true;
      static_cast<void>(plugin.release());  // left alone with what it knows
    }
    return nullptr;
  }
  impl_->domains.insert(domain->domain);
  impl_->plugins.push_back(std::move(plugin));
  return impl_->plugins.back().get();
}

bool Host::start(std::string& error) {
  if (impl_->settings.listen.size() > FrontSettings::kMaxListeners) {
    error = "HTTP is served at no more than " + std::to_string(FrontSettings::kMaxListeners) + " addresses";
    return false;
  }
  if (!impl_->tls_fault.empty()) {
    error = impl_->tls_fault;
    return false;
  }
  const bool first = impl_->listening.empty();
  if (impl_->front && first) {
    auto bound = impl_->front->listen();
    if (!bound) {
      error = bound.error().text;
      return false;
    }
    impl_->listening = std::move(*bound);
  }
  for (const auto& plugin : impl_->plugins) {
    if (!plugin->start(error)) return false;
  }
  if (impl_->front && first) impl_->front->start();
  return true;
}

bool Host::renew_certificate(std::string& error) {
  auto tls = identity_of(impl_->settings, error);
  if (!tls) return false;
  if (impl_->front) impl_->front->renew(std::move(tls));
  return true;
}

std::string Host::listening() const {
  return impl_->listening;
}

std::optional<uint64_t> Host::max_body(std::string_view path, std::string_view host_header) const {
  const auto route = impl_->routes.find(path, host_header);
  return route ? std::optional<uint64_t>(route->max_body) : std::nullopt;
}

uint64_t Host::request(const Request& request, std::shared_ptr<Answer> answer) {
  if (impl_->front) return 0;
  std::string_view host_header;
  for (const auto& [name, value] : request.headers) {
    if (restanza::ascii_equal(name, "Host")) host_header = value;
  }
  const auto route = impl_->routes.find(request.path, host_header);
  const uint64_t id = route ? impl_->handed.add(std::move(answer)) : 0;
  if (id == 0) return 0;
  restanza::host::HttpRequest handed{request.method,  request.path, request.query,         request.peer,
                                     request.headers, request.body, request.body_too_large};
  if (handed.body.size() > route->max_body) handed.body_too_large = true;
  if (handed.body_too_large) handed.body.clear();
  try {
    route->handle(id, handed);
  } catch (...) {
    impl_->log.error("a handler of an HTTP request threw an exception");
    impl_->handed.respond(id, 500, {}, {});
  }
  return id;
}

void Host::client_left(uint64_t request) {
  impl_->handed.client_left(request);
}

void Host::writable(uint64_t request) {
  impl_->handed.room(request);
}

void Host::drain(std::chrono::milliseconds within, std::function<void()> done) {
  impl_->draining = true;
  if (impl_->front) impl_->front->refuse_new();
  const auto drained = std::make_shared<Drained>(impl_->plugins.size() + 1, std::move(done));
  impl_->timer.after(within + std::chrono::seconds(1), [drained] { drained->all(); });
  for (const auto& plugin : impl_->plugins) plugin->plugin().drain(within, [drained] { drained->one(); });
  drained->one();
}

bool Host::end() {
  if (std::exchange(impl_->ended, true)) return !impl_->abandoned;
  if (!impl_->draining) {
    const auto drained = std::make_shared<std::promise<void>>();
    drain(std::chrono::milliseconds(0), [drained] { drained->set_value(); });
    drained->get_future().wait();
  }
  for (const auto& plugin : impl_->plugins) plugin->plugin().dismiss();
  if (impl_->front) impl_->front->stop();
  for (const auto& plugin : impl_->plugins) impl_->abandoned = !plugin->plugin().end() || impl_->abandoned;
  if (!impl_->abandoned) impl_->timer.stop();
  return !impl_->abandoned;
}

}  // namespace xp::host
