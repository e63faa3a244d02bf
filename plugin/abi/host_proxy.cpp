// SPDX-License-Identifier: MIT
#include "abi/host_proxy.h"

#include <algorithm>
#include <new>
#include <vector>

#include "base/guarded.h"
#include "xp_views.h"

namespace restanza::abi {
namespace {

using views::copy;
using views::text;
using views::view;
using views::view_or_absent;

// Runs what the host calls back. Nothing that is thrown crosses the border.
template <class Work>
void called_back(const xp_host* host, Work&& work) noexcept {
  HostLog log(host);
  guarded(log, "a callback", work);
}

// A function that the host keeps, as the ctx of a watch. The owner goes last: what the function holds may
// point into it.
struct Callback {
  std::shared_ptr<void> owner;
  const xp_host* host;
  std::function<void()> run;
};
void call(void* ctx) {
  const auto* callback = static_cast<Callback*>(ctx);
  called_back(callback->host, callback->run);
}
void free_callback(void* ctx) {
  delete static_cast<Callback*>(ctx);
}

// The two of an exchange, likewise.
struct Watching {
  std::shared_ptr<void> owner;
  const xp_host* host;
  http::Watch watch;
};
void call_gone(void* ctx) {
  const auto* watching = static_cast<Watching*>(ctx);
  called_back(watching->host, watching->watch.gone);
}
void call_writable(void* ctx) {
  const auto* watching = static_cast<Watching*>(ctx);
  called_back(watching->host, watching->watch.writable);
}
void free_watching(void* ctx) {
  delete static_cast<Watching*>(ctx);
}

// Who takes a piece of a body. It is called exactly once, and goes with that.
struct Taking {
  std::shared_ptr<void> owner;
  const xp_host* host;
  http::TakePiece take;
};
http::Body body_state(xp_status status, xp_str bytes) {
  switch (status) {
    case XP_OK:
      return bytes.len != 0 ? http::Body::piece : http::Body::whole;
    case XP_TOO_BIG:
      return http::Body::too_large;
    case XP_INVALID:
      return http::Body::malformed;
    default:
      return http::Body::gone;
  }
}
void call_taking(void* ctx, xp_status status, xp_str bytes) {
  const std::unique_ptr<Taking> taking(static_cast<Taking*>(ctx));
  called_back(taking->host, [&] { taking->take(body_state(status, bytes), text(bytes)); });
}

// Of a Response or a Head.
template <class Headed>
std::vector<xp_pair> header_views(const Headed& answer) {
  std::vector<xp_pair> pairs;
  pairs.reserve(answer.headers.size() + (answer.common ? answer.common->size() : 0));
  const auto add = [&pairs](const http::Header& header) {
    pairs.push_back({view(header.first), view(header.second)});
  };
  std::for_each(answer.headers.begin(), answer.headers.end(), add);
  if (answer.common) std::for_each(answer.common->begin(), answer.common->end(), add);
  return pairs;
}

xmpp::Sent sent(xp_status status) {
  switch (status) {
    case XP_OK:
      return xmpp::Sent::ok;
    case XP_WOULD_BLOCK:
      return xmpp::Sent::would_block;
    case XP_TOO_BIG:
      return xmpp::Sent::too_big;
    case XP_DENIED:
      return xmpp::Sent::denied;
    case XP_GONE:
      return xmpp::Sent::gone;
    default:
      return xmpp::Sent::invalid;
  }
}

http::Written written(xp_status status) {
  switch (status) {
    case XP_OK:
      return http::Written::taken;
    case XP_WOULD_BLOCK:
      return http::Written::would_block;
    case XP_INVALID:
      return http::Written::refused;
    default:
      return http::Written::gone;
  }
}

// A stream that has begun is cut off by it: version 1.0 has no other way to do that, and a host may log it as
// a misuse.
void fail_exchange(const xp_host* host, xp_exchange* handle) noexcept {
  host->http_respond(host, handle, 500, nullptr, 0, view(std::string_view()));
}

class HostResponder final : public http::Responder {
 public:
  HostResponder(const xp_host* host, xp_exchange* handle, std::shared_ptr<InFlight> open, Owner owner)
      : host_(host), handle_(handle), open_(std::move(open)), owner_(std::move(owner)) {
    open_->enter();
  }
  ~HostResponder() override { open_->leave(); }

  void respond(http::Response response) override {
    std::vector<xp_pair> headers;
    try {
      headers = header_views(response);
    } catch (const std::bad_alloc&) {
      fail();
      throw;
    }
    // The client may have left; the handle is used up either way, and nobody is there to tell.
    host_->http_respond(host_, handle_, response.status, headers.data(), headers.size(), view(response.body));
  }
  void fail() noexcept override { fail_exchange(host_, handle_); }

  bool read(http::TakePiece take) override {
    if (!streams_some(host_)) return false;
    auto taking = std::make_unique<Taking>(Taking{owner_.lock(), host_, std::move(take)});
    if (host_->http_read(host_, handle_, call_taking, taking.get()) != XP_OK) return false;
    taking.release();  // NOLINT(bugprone-unused-return-value): call_taking has it
    return true;
  }

  http::Written begin(const http::Head& head) override {
    const auto headers = header_views(head);
    return written(host_->http_begin(host_, handle_, head.status, headers.data(), headers.size()));
  }
  http::Written write(std::string_view bytes) override {
    return written(host_->http_write(host_, handle_, view(bytes)));
  }
  void end() noexcept override { host_->http_end(host_, handle_); }

  void watch(http::Watch watch) override {
    const xp_watch given{new Watching{owner_.lock(), host_, std::move(watch)}, call_gone, call_writable,
                         free_watching};
    host_->http_watch(host_, handle_, &given);
  }

 private:
  const xp_host* host_;
  xp_exchange* handle_;
  std::shared_ptr<InFlight> open_;
  const Owner owner_;
};

// A verdict may come late and has no release, so it keeps nothing of the instance alive.
struct Asked {
  const xp_host* host;
  std::function<void(rest::Accounts::Verdict, std::string)> tell;
};
struct AskedForBearer {
  const xp_host* host;
  std::function<void(rest::Accounts::Verdict, const rest::Accounts::Principal&)> tell;
};

rest::Accounts::Verdict verdict_of(xp_status status, bool somebody) {
  using Verdict = rest::Accounts::Verdict;
  if (status == XP_DENIED) return Verdict::denied;
  return status == XP_OK && somebody ? Verdict::ok : Verdict::failed;
}

static_assert(static_cast<int>(rest::kSend) == XP_SEND && static_cast<int>(rest::kReceive) == XP_RECEIVE &&
                  static_cast<int>(rest::kAdmin) == XP_ADMIN,
              "the rights of tokens are the border's");

}  // namespace

void HostLog::write(Level level, std::string_view line) {
  static_assert(
      static_cast<int>(Level::debug) == XP_DEBUG && static_cast<int>(Level::plugin_bug) == XP_PLUGIN_BUG,
      "the plugin's levels are the border's");
  host_->log(host_, static_cast<int32_t>(level), view(line));
}

xmpp::Sent HostSink::send(const xmpp::Stanza& stanza, std::function<void()> writable) {
  if (!writable) return sent(hand_over(stanza, nullptr));
  const xp_watch retry{new Callback{owner_.lock(), host_, std::move(writable)}, nullptr, call, free_callback};
  return sent(hand_over(stanza, &retry));
}

// A stanza here has been read or written by this plugin: a host that asks for no more need not read it again.
xp_status HostSink::hand_over(const xmpp::Stanza& stanza, const xp_watch* retry) const {
  if (!XP_HAS(xp_host, host_, send_parsed) || !host_->send_parsed)
    return host_->send_stanza(host_, view(stanza.xml), 0, retry);
  xp_stanza parsed{};
  parsed.size = sizeof parsed;
  parsed.kind = static_cast<uint32_t>(stanza.kind);
  parsed.type = view_or_absent(stanza.type);
  parsed.from = view_or_absent(stanza.from);
  parsed.to = view_or_absent(stanza.to);
  parsed.id = view_or_absent(stanza.id);
  parsed.xml = view(stanza.xml);
  return host_->send_parsed(host_, &parsed, 0, retry);
}

HostAccounts::HostAccounts(const xp_host* host)
    : host_(host),
      auth_(static_cast<const xp_auth*>(host->get_extension(host, XP_EXT_AUTH))),
      principals_(static_cast<const xp_principals*>(host->get_extension(host, XP_EXT_PRINCIPAL))) {}

void HostAccounts::check(const std::string& name, const std::string& password,
                         std::function<void(rest::Accounts::Verdict, std::string)> verdict) {
  auth_->check_password(
      host_, view(name), view(password),
      [](void* ctx, xp_status status, xp_str bare_jid) {
        const std::unique_ptr<Asked> asked(static_cast<Asked*>(ctx));
        called_back(asked->host,
                    [&] { asked->tell(verdict_of(status, !text(bare_jid).empty()), copy(bare_jid)); });
      },
      new Asked{host_, std::move(verdict)});
}

void HostAccounts::check_bearer(const std::string& token,
                                std::function<void(Verdict, const Principal&)> verdict) {
  principals_->check_bearer(
      host_, view(token),
      [](void* ctx, xp_status status, const xp_principal* principal) {
        const std::unique_ptr<AskedForBearer> asked(static_cast<AskedForBearer*>(ctx));
        called_back(asked->host, [&] {
          Principal told;
          if (status == XP_OK && principal) told = {copy(principal->bare_jid), principal->rights};
          asked->tell(verdict_of(status, !told.bare_jid.empty()), told);
        });
      },
      new AskedForBearer{host_, std::move(verdict)});
}

bool streams_some(const xp_host* host) {
  return XP_HAS(xp_host, host, stream_some) && host->stream_some && host->http_read;
}

bool link_up(const xp_host* host) {
  const auto* link = static_cast<const xp_link*>(host->get_extension(host, XP_EXT_LINK));
  return !link || link->is_up(host) != 0;
}

http::Exchange exchange_of(const xp_host* host, xp_exchange* handle, std::shared_ptr<InFlight> open,
                           Owner owner) {
  try {
    return http::Exchange(std::make_unique<HostResponder>(host, handle, std::move(open), std::move(owner)));
  } catch (const std::bad_alloc&) {
    fail_exchange(host, handle);
    throw;
  }
}

http::Request request_of(const xp_request& request, std::string_view prefix) {
  http::Request out;
  out.method = copy(request.method);
  const std::string_view path = text(request.path);
  out.path = std::string(path.substr(std::min(prefix.size(), path.size())));
  out.query = copy(request.query);
  out.peer = copy(request.peer);
  out.headers.reserve(request.header_count);
  for (size_t i = 0; i < request.header_count; ++i) {
    out.headers.emplace_back(copy(request.headers[i].name), copy(request.headers[i].value));
  }
  out.body = copy(request.body);
  out.body_too_large = (request.flags & XP_BODY_TOO_LARGE) != 0;
  out.body_follows = (request.flags & XP_BODY_FOLLOWS) != 0;
  return out;
}

}  // namespace restanza::abi
