// SPDX-License-Identifier: MIT
// xp.hpp - C++17 over xp.h, for plugins whose work is to answer requests and stanzas. It has no ABI of its
// own: everything here is compiled into the plugin, and what crosses the border is xp.h.
//
// What it takes care of: exceptions stop at the border (an error with its text, a 500, a PASS, and a line in
// the log); an exchange is answered exactly once (dropped: 500; open at the end of a drain: 503); a body that
// is too large is answered 413; a registration ends with its object; done is said once. Streams, retries,
// stanzas that are kept (XP_KEEPING) and outgoing work of a plugin's own are not its business: they need
// xp.h.
//
// Threads: as xp.h says; handlers run on any thread, several at once. Ownership: the plugin's object lives
// until destroy has returned and the last call in it has ended, so handlers may capture `this`. Views are
// borrowed.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "xp_core.hpp"

namespace xp {

// For a plugin without settings: throws where there is one, and names it.
inline void no_settings(std::string_view json) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto skip = [&] { json.remove_prefix(std::min(json.find_first_not_of(kSpace), json.size())); };
  const auto take = [&](char c) {
    skip();
    const bool there = !json.empty() && json.front() == c;
    if (there) json.remove_prefix(1);
    return there;
  };
  const bool object = take('{');
  if (object && take('"')) {
    throw Error(XP_INVALID,
                "there is no setting '" + std::string(json.substr(0, json.find('"')).substr(0, 100)) + "'");
  }
  const bool whole = object && take('}');
  skip();
  if (!whole || !json.empty()) throw Error(XP_INVALID, "the settings are no JSON object");
}

// As it may stand in an attribute or between tags. Throws where XML has no such character.
inline std::string escaped(std::string_view plain) {
  std::string out;
  for (const char c : plain) {
    if (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r') {
      throw std::invalid_argument("XML has no such character");
    }
    const bool kept =
        static_cast<unsigned char>(c) >= 0x20 && std::string_view("<>&'\"").find(c) == std::string_view::npos;
    out += kept ? std::string(1, c) : "&#" + std::to_string(static_cast<int>(c)) + ";";
  }
  return out;
}

enum class Verdict : int32_t { pass = XP_PASS, consume = XP_CONSUME, busy = XP_BUSY };

// Valid until the handler returns.
class Stanza {
 public:
  explicit Stanza(const xp_stanza& view) : view_(view) {}
  uint32_t kind() const { return view_.kind; }  // XP_MESSAGE, ...
  bool injected() const { return (view_.flags & XP_INJECTED) != 0; }
  std::string_view type() const { return text(view_.type); }
  std::string_view from() const { return text(view_.from); }
  std::string_view to() const { return text(view_.to); }
  std::string_view id() const { return text(view_.id); }
  std::string_view xml() const { return text(view_.xml); }

 private:
  const xp_stanza& view_;
};

// A stanza that is sent with what stands in its root, unescaped. What is left out stands there not at all.
struct ParsedStanza {
  uint32_t kind = 0;  // XP_MESSAGE, ...
  std::string_view type = {}, from = {}, to = {}, id = {}, xml = {};
};

// Valid until the handler returns.
class Request {
 public:
  explicit Request(const xp_request& view) : view_(view) {}
  std::string_view method() const { return text(view_.method); }
  std::string_view path() const { return text(view_.path); }
  std::string_view query() const { return text(view_.query); }
  std::string_view body() const { return text(view_.body); }
  bool body_follows() const { return (view_.flags & XP_BODY_FOLLOWS) != 0; }  // Exchange::read gives it
  std::string_view peer() const { return text(view_.peer); }

  // The first with this name, in any case.
  std::optional<std::string_view> header(std::string_view name) const {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    const auto same = [&](char a, char b) { return lower(a) == lower(b); };
    for (size_t i = 0; i < view_.header_count; ++i) {
      const std::string_view each = text(view_.headers[i].name);
      if (std::equal(each.begin(), each.end(), name.begin(), name.end(), same))
        return text(view_.headers[i].value);
    }
    return std::nullopt;
  }

 private:
  const xp_request& view_;
};

using Header = std::pair<std::string_view, std::string_view>;

// One request's answer, which is given exactly once: at once or later, from any thread. Dropped: 500.
class Exchange {
 public:
  explicit Exchange(std::shared_ptr<detail::Pending> pending, std::weak_ptr<detail::Core> core)
      : pending_(std::move(pending)), core_(std::move(core)) {}
  Exchange(Exchange&&) noexcept = default;
  Exchange& operator=(Exchange&& other) noexcept {
    Exchange dropped(std::move(other));
    std::swap(pending_, dropped.pending_);
    std::swap(core_, dropped.core_);
    return *this;
  }
  ~Exchange() {
    if (pending_) pending_->respond(500, nullptr, 0, {});
  }

  // XP_GONE: nobody waits for it any more. XP_INVALID: the code or a header is none, or it was answered
  // before.
  xp_status respond(int32_t code, std::string_view body = {}, std::initializer_list<Header> headers = {}) {
    if (!pending_) return XP_INVALID;
    std::vector<xp_pair> pairs;
    for (const auto& [name, value] : headers) pairs.push_back({str(name), str(value)});
    return std::exchange(pending_, nullptr)->respond(code, pairs.data(), pairs.size(), body);
  }

  // Asks for the next piece of a body that follows. XP_OK: fn is called once, perhaps inside this call, with
  // what http_read of xp.h gives, and may ask for the next.
  xp_status read(std::function<void(xp_status, std::string_view)> fn) {
    struct Callback {
      std::shared_ptr<detail::Core> core;
      std::function<void(xp_status, std::string_view)> fn;
    };
    auto core = core_.lock();
    const auto pending = pending_;
    if (!pending || !core) return XP_INVALID;
    auto callback = std::make_unique<Callback>(Callback{std::move(core), std::move(fn)});
    const xp_status status = pending->read(
        [](void* ctx, xp_status said, xp_str bytes) {
          const std::unique_ptr<Callback> own(static_cast<Callback*>(ctx));
          detail::guarded(own->core->host(), "a piece of a body", [&] { own->fn(said, text(bytes)); });
        },
        callback.get());
    if (status == XP_OK) static_cast<void>(callback.release());  // it frees itself, or has done so
    return status;
  }

  // Once. The client has left before the answer; perhaps inside this call. The answer is still to be given.
  void on_gone(std::function<void()> fn) {
    struct Callback {
      std::shared_ptr<detail::Core> core;  // the plugin's object, which fn may point into
      std::function<void()> fn;
    };
    auto core = core_.lock();
    if (!pending_ || !core) return;
    pending_->watch({new Callback{std::move(core), std::move(fn)},
                     [](void* ctx) {
                       const auto* callback = static_cast<Callback*>(ctx);
                       detail::guarded(callback->core->host(), "gone", callback->fn);
                     },
                     nullptr, [](void* ctx) { delete static_cast<Callback*>(ctx); }});
  }

 private:
  std::shared_ptr<detail::Pending> pending_;
  std::weak_ptr<detail::Core> core_;
};

// A route or a hook, for as long as this object lives; also past destroy, when it is gone anyway.
class [[nodiscard]] Registration {
 public:
  Registration() = default;
  Registration(std::weak_ptr<detail::Core> core, uint64_t id) : core_(std::move(core)), id_(id) {}
  Registration(Registration&&) noexcept = default;
  Registration& operator=(Registration&& other) noexcept {
    Registration old(std::move(other));
    std::swap(core_, old.core_);
    std::swap(id_, old.id_);
    return *this;
  }
  ~Registration() {
    if (const auto core = core_.lock()) core->unregister(id_);
  }

  void resume() const {  // after Verdict::busy
    if (const auto core = core_.lock()) core->resume(id_);
  }

 private:
  std::weak_ptr<detail::Core> core_;
  uint64_t id_ = 0;
};

// The host, as one instance sees it. Copy it freely; it is good for as long as the plugin's object is.
class Host {
 public:
  using OnRequest = std::function<void(Exchange, const Request&)>;
  using OnStanza = std::function<Verdict(const Stanza&)>;

  explicit Host(detail::Core& core) : core_(&core) {}

  const xp_host& table() const { return *core_->host(); }
  std::string_view domain() const { return text(table().domain); }
  std::string_view prefix() const { return text(table().prefix); }
  std::string_view state_dir() const { return text(table().state_dir); }
  void log(int32_t level, std::string_view line) const { table().log(&table(), level, str(line)); }
  xp_status send(std::string_view stanza) const {
    return table().send_stanza(&table(), str(stanza), 0, nullptr);
  }
  // The same for a host that then need not read the text: the plugin answers for it that the root says this.
  // A host of version 1.0 gets the text alone.
  xp_status send(const ParsedStanza& stanza) const {
    if (!XP_HAS(xp_host, &table(), send_parsed) || !table().send_parsed) return send(stanza.xml);
    xp_stanza parsed{};
    parsed.size = sizeof parsed;
    parsed.kind = stanza.kind;
    parsed.type = str(stanza.type);
    parsed.from = str(stanza.from);
    parsed.to = str(stanza.to);
    parsed.id = str(stanza.id);
    parsed.xml = str(stanza.xml);
    return table().send_parsed(&table(), &parsed, 0, nullptr);
  }

  // In the constructor or in start. Throw where the host refuses.
  Registration route(std::string_view subpath, OnRequest fn, uint64_t max_body = 0) const {
    return enter("route", std::move(fn), [&](auto* context, xp_reg** out) {
      return table().register_route(&table(), str(subpath), max_body, on_request, context, release<OnRequest>,
                                    out);
    });
  }
  // The same, with bodies in pieces where the host can: see Request::body_follows.
  Registration stream_route(std::string_view subpath, OnRequest fn, uint64_t max_body) const {
    return enter("route", std::move(fn), [&](auto* context, xp_reg** out) {
      const xp_status status = table().register_route(&table(), str(subpath), max_body, on_request, context,
                                                      release<OnRequest>, out);
      const bool streams = XP_HAS(xp_host, &table(), stream_bodies) && table().stream_bodies;
      if (status == XP_OK && streams) table().stream_bodies(&table(), *out);
      return status;
    });
  }
  Registration on_stanza(uint32_t kinds, OnStanza fn, int32_t priority = 0) const {
    OnStanza known = [kinds, fn = std::move(fn)](const Stanza& stanza) {
      return (stanza.kind() & kinds) == stanza.kind() ? fn(stanza) : Verdict::pass;
    };
    return enter("hook", std::move(known), [&](auto* context, xp_reg** out) {
      return table().on_stanza(&table(), kinds, priority, on_stanza_offered, context, release<OnStanza>, out);
    });
  }

 private:
  template <class Function>
  struct Context {
    std::shared_ptr<detail::Core> core;
    Function fn;
  };
  template <class Function>
  static void release(void* ctx) {
    delete static_cast<Context<Function>*>(ctx);
  }
  template <class Function, class Register>
  Registration enter(const char* what, Function fn, Register&& add) const {
    xp_reg* reg = nullptr;
    const xp_status status = add(new Context<Function>{core_->shared_from_this(), std::move(fn)}, &reg);
    if (status != XP_OK) throw Error(status, std::string("the host refused a ") + what);
    return Registration(core_->weak_from_this(), core_->keep(reg));
  }

  static void on_request(void* ctx, xp_exchange* handle, const xp_request* request) {
    const auto& context = *static_cast<Context<OnRequest>*>(ctx);
    const std::shared_ptr<detail::Core>& core = context.core;
    const xp_host* const host = core->host();
    const bool asked = detail::guarded(host, "a request failed", [&] {
      auto pending = std::make_shared<detail::Pending>(host, handle, core->open());
      const bool open = core->open()->enter(pending);
      Exchange exchange(std::move(pending), core);
      handle = nullptr;  // from here on the exchange answers
      if (!open || (request->flags & XP_BODY_TOO_LARGE) != 0) {
        exchange.respond(open ? 413 : 503);
      } else {
        context.fn(std::move(exchange), Request(*request));
      }
    });
    if (!asked && handle) host->http_respond(host, handle, 500, nullptr, 0, {nullptr, 0});
  }
  static int32_t on_stanza_offered(void* ctx, const xp_stanza* stanza) {
    const auto& context = *static_cast<Context<OnStanza>*>(ctx);
    Verdict verdict = Verdict::pass;
    detail::guarded(context.core->host(), "a stanza failed", [&] { verdict = context.fn(Stanza(*stanza)); });
    return static_cast<int32_t>(verdict);
  }

  detail::Core* core_;  // owns the plugin's object, which has this
};

}  // namespace xp

struct xp_plugin {
  std::shared_ptr<xp::detail::Core> core;
};

namespace xp::detail {

template <class P>
xp_status create(const xp_host* host, xp_str settings_json, xp_plugin** out, xp_error* error) {
  return answered(error, [&] {
    if (!XP_HAS(xp_host, host, http_end))
      throw Error(XP_UNSUPPORTED, "the host's table lacks members of version 1.0");
    auto made = std::make_unique<xp_plugin>(xp_plugin{std::make_shared<Core>(host)});
    try {
      made->core->own(std::make_unique<P>(Host(*made->core), text(settings_json)));
    } catch (...) {
      made->core->destroy();
      throw;
    }
    *out = made.release();
  });
}

template <class P>
constexpr xp_plugin_desc descriptor(const char* id, const char* version, const char* license) {
  return {
      sizeof(xp_plugin_desc),
      XP_MINOR,
      0,
      0,
      id,
      version,
      license,
      create<P>,
      [](xp_plugin* self, xp_error* error) { return answered(error, [&] { self->core->plugin().start(); }); },
      [](xp_plugin* self, xp_str settings_json, xp_error* error) {
        return answered(error, [&] { self->core->plugin().reload(text(settings_json)); });
      },
      [](xp_plugin* self, uint32_t deadline_ms, void (*done)(void*), void* ctx) {
        self->core->drain(std::chrono::milliseconds(deadline_ms), done, ctx);
      },
      [](xp_plugin* self) {
        self->core->destroy();
        delete self;
      },
      nullptr};
}

}  // namespace xp::detail

// The plugin's one exported symbol. Once, outside of any namespace.
#define XP_PLUGIN(CLASS, ID, VERSION, LICENSE)                                                 \
  extern "C" const xp_plugin_desc* xp_plugin_entry_v1(void) {                                  \
    static constexpr xp_plugin_desc kIt = xp::detail::descriptor<CLASS>(ID, VERSION, LICENSE); \
    return &kIt;                                                                               \
  }
