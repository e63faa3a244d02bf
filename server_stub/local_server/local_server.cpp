// SPDX-License-Identifier: GPL-3.0-or-later
#include "local_server/local_server.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>
#include <map>

#include "base/guarded.h"
#include "local_server/c2s_stream.h"
#include "local_server/local_link.h"
#include "local_server/stream_text.h"
#include "net/listener.h"

namespace restanza::host {

using local::C2sStream;

namespace {

// Whether the text is an address of this machine only: 127.0.0.0/8 or ::1.
bool is_loopback(const std::string& address) {
  in_addr v4{};
  in6_addr v6{};
  if (inet_pton(AF_INET, address.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  return inet_pton(AF_INET6, address.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

}  // namespace

class LocalServer::Core final : public local::StreamHost {
 public:
  Core(LocalSettings settings, local::Accounts accounts, Log& log, const Clock& clock)
      : settings_(std::move(settings)),
        accounts_(std::move(accounts)),
        log_(log),
        clock_(clock),
        failed_(clock, [](std::string_view node) { return std::string(node); }),
        loop_(clock, log),
        domains_(accounts_),
        router_(settings_, accounts_, clock, log),
        listener_(loop_,
                  {[this](const Listener::Accepted& accepted) { accept(accepted.socket, accepted.peer); },
                   nullptr}) {}

  Result<void> open() { return loop_.open(); }
  Result<std::string> listen() { return listener_.open({settings_.address, settings_.port, ""}); }
  void start() {
    listener_.start();
    loop_.start("xmpp-server");
  }

  void stop(std::chrono::milliseconds within) {
    if (loop_.running()) {
      loop_.call([this] {
        listener_.close();
        ending_ = true;
        for (auto& stream : streams_)
          guarded(log_, "the end of a client's stream", [&] { stream.second->end_with("system-shutdown"); });
        note_if_empty();
      });
      all_ended_.get_future().wait_for(within);
    }
    loop_.stop();
    streams_.clear();  // closes those that could not be ended in order
  }

  std::unique_ptr<Link> attach(const std::string& domain, Inbound& inbound) {
    const auto jid = xmpp::Jid::parse(domain);
    if (!jid || jid->full() != jid->domain || !domains_.add(jid->domain)) return nullptr;
    try {
      return std::make_unique<local::LocalLink>(
          std::make_shared<local::PluginPort>(jid->domain, inbound, settings_, clock_),
          local::LocalLink::Parts{loop_, router_, domains_, settings_.max_stanza, log_});
    } catch (...) {
      domains_.remove(jid->domain);
      throw;
    }
  }

  const local::Accounts& accounts() const { return accounts_; }

  Result<local::Session*, xmpp::StanzaError> bind(const std::string& node, const std::string& resource,
                                                  local::Outlet& outlet) override {
    return router_.bind(node, resource, outlet);
  }
  Result<void> stanza(local::Session& session, xml::Document element) override {
    return router_.from_client(session, std::move(element));
  }
  void left(local::Session& session) override { router_.leave(session); }
  void ended(uint64_t stream) override {
    guarded_until_done(log_, "the end of a client's stream", [this, stream] {
      loop_.post([this, stream] {  // the stream is still at work
        streams_.erase(stream);
        note_if_empty();
      });
    });
  }

 private:
  using Streams = std::map<uint64_t, std::unique_ptr<C2sStream>>;  // in the order in which they came

  void accept(int fd, const std::string& peer) {
    const uint64_t number = ++last_stream_;
    std::unique_ptr<C2sStream> stream;
    try {
      make_room(peer);
      if (streams_.size() >= settings_.max_clients) return turn_away(fd);
      const C2sStream::Parts parts{loop_, settings_, accounts_, failed_, *this, log_};
      stream = std::make_unique<C2sStream>(number, fd, peer, parts);  // which closes it from now on
    } catch (...) {
      close(fd);
      throw;
    }
    stream->begin();
    streams_[number] = std::move(stream);
  }

  // Whoever connects and does not log in makes place for others: the one that came first where their address
  // has too many of them, or the server no place left.
  void make_room(const std::string& peer) {
    size_t waiting = 0;
    auto first = streams_.end();
    auto first_of_peer = streams_.end();
    for (auto stream = streams_.begin(); stream != streams_.end(); ++stream) {
      if (stream->second->logged_in()) continue;
      if (first == streams_.end()) first = stream;
      if (stream->second->peer() != peer) continue;
      if (++waiting == 1) first_of_peer = stream;
    }
    if (waiting >= settings_.max_waiting) {
      send_away(first_of_peer);
    } else if (streams_.size() >= settings_.max_clients && first != streams_.end()) {
      send_away(first);
    }
  }

  void send_away(Streams::iterator stream) {
    log_.warn("client " + std::to_string(stream->first) +
              " is sent away: it has not logged in, and others wait");
    stream->second->end_with("resource-constraint");
    streams_.erase(stream);
  }

  void turn_away(int fd) {
    log_.warn("a client is turned away: there are " + std::to_string(streams_.size()) + " already");
    const std::string refusal = local::stream_header(settings_.domain, "") +
                                local::stream_error("resource-constraint") + local::kStreamEnd;
    [[maybe_unused]] const ssize_t told = send(fd, refusal.data(), refusal.size(), MSG_NOSIGNAL);
    close(fd);
  }

  void note_if_empty() {
    if (streams_.empty() && std::exchange(ending_, false)) all_ended_.set_value();
  }

  const LocalSettings settings_;
  const local::Accounts accounts_;
  Log& log_;
  const Clock& clock_;
  FailedLogins failed_;
  EventLoop loop_;
  local::LinkDomains domains_;
  local::StanzaRouter router_;
  Listener listener_;
  Streams streams_;
  uint64_t last_stream_ = 0;
  bool ending_ = false;  // the last stream that ends says so
  std::promise<void> all_ended_;
};

Result<std::unique_ptr<LocalServer>> LocalServer::create(LocalSettings settings, Log& log,
                                                         const Clock& clock) {
  const auto domain = xmpp::Jid::parse(settings.domain);
  if (!domain || domain->full() != domain->domain) {
    return Error{"'" + settings.domain + "' is no domain; write it as 'localhost'"};
  }
  settings.domain = domain->domain;
  if (!is_loopback(settings.address)) {
    return Error{"'" + settings.address +
                 "' is no loopback address; clients log in unencrypted, so use 127.0.0.1 or ::1"};
  }
  auto accounts = local::Accounts::load(settings.domain, settings.accounts);
  if (!accounts) return accounts.error();
  settings.accounts.clear();  // the passwords are not needed any more
  auto core = std::make_unique<Core>(std::move(settings), std::move(*accounts), log, clock);
  if (const auto opened = core->open(); !opened) return opened.error();
  return std::unique_ptr<LocalServer>(new LocalServer(std::move(core)));
}

LocalServer::LocalServer(std::unique_ptr<Core> core) : core_(std::move(core)) {}

LocalServer::~LocalServer() {
  core_->stop(std::chrono::milliseconds(0));
}

Result<std::string> LocalServer::listen() {
  return core_->listen();
}

void LocalServer::start() {
  core_->start();
}

void LocalServer::stop(std::chrono::milliseconds within) {
  core_->stop(within);
}

std::unique_ptr<Link> LocalServer::attach(const std::string& domain, Inbound& inbound) {
  return core_->attach(domain, inbound);
}

void LocalServer::check_password(const std::string& name, const std::string& password,
                                 const std::function<void(xp_status, std::string bare)>& verdict) const {
  const auto node = core_->accounts().check(name, password);
  if (node) {
    verdict(XP_OK, *node + "@" + core_->accounts().domain());
  } else {
    verdict(XP_DENIED, "");
  }
}

}  // namespace restanza::host
