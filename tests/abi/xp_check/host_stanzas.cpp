// SPDX-License-Identifier: MIT
// The hostile host's registrations, its XMPP side, and its extensions.
#include <algorithm>
#include <cstring>

#include "check.h"
#include "host_parts.h"
#include "traffic.h"

namespace restanza::check {
namespace {

std::string attribute(const char* name, const std::string& value) {
  if (value.empty()) return {};
  std::string text = std::string(" ") + name + "='";
  for (const char c : value) {
    text += c == '\'' ? "&apos;" : c == '&' ? "&amp;" : c == '<' ? "&lt;" : std::string(1, c);
  }
  return text + "'";
}

const char* name_of(uint32_t kind) {
  return kind == XP_IQ ? "iq" : kind == XP_PRESENCE ? "presence" : "message";
}

}  // namespace

std::string Stanza::xml() const {
  if (!raw.empty()) return raw;
  const std::string start = std::string("<") + name_of(kind) + attribute("type", type) +
                            attribute("from", from) + attribute("to", to) + attribute("id", id);
  return content.empty() ? start + "/>" : start + ">" + content + "</" + name_of(kind) + ">";
}

xp_status Host::enter(std::shared_ptr<Registration> registration, xp_reg** out) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!setup_) broken_.emplace_back("a route or hook was registered outside of create and start");
  if (!registration->on_request && !registration->on_stanza)
    broken_.emplace_back("a registration has no function");
  if (settings_.registering != XP_OK) return settings_.registering;
  for (const auto& [handle, each] : registrations_) {
    if (each->on_request && registration->on_request && each->subpath == registration->subpath)
      return XP_INVALID;
  }
  last_handle_ += 7;
  registration->known = out != nullptr;
  if (out) *out = reinterpret_cast<xp_reg*>(last_handle_);
  registrations_.emplace(last_handle_, std::move(registration));
  return XP_OK;
}

xp_status Host::Table::register_route(const xp_host* table, xp_str subpath, uint64_t max_body,
                                      void (*fn)(void*, xp_exchange*, const xp_request*), void* ctx,
                                      void (*release)(void*), xp_reg** out) {
  Host& host = of(table);
  host.called("register_route");
  auto route = std::make_shared<Registration>();
  route->context = host.keep("register_route", ctx, release);
  route->subpath = copy(subpath);
  route->max_body = max_body;
  route->on_request = fn;
  if (!route->subpath.empty() && route->subpath[0] != '/') {
    host.broken("register_route with a subpath that does not begin with '/'");
    return XP_INVALID;
  }
  return host.enter(std::move(route), out);
}

xp_status Host::Table::on_stanza(const xp_host* table, uint32_t kinds, int32_t priority,
                                 int32_t (*fn)(void*, const xp_stanza*), void* ctx, void (*release)(void*),
                                 xp_reg** out) {
  Host& host = of(table);
  host.called("on_stanza");
  auto hook = std::make_shared<Registration>();
  hook->context = host.keep("on_stanza", ctx, release);
  hook->kinds = kinds;
  hook->priority = priority;
  hook->on_stanza = fn;
  return host.enter(std::move(hook), out);
}

void Host::Table::resume(const xp_host* table, xp_reg* reg) {
  Host& host = of(table);
  host.called("resume");
  const std::lock_guard<std::mutex> lock(host.mutex_);
  const auto found = host.registrations_.find(reinterpret_cast<uintptr_t>(reg));
  const bool hook = found != host.registrations_.end() && found->second->on_stanza;
  if (!hook) host.broken_.emplace_back("resume of what is no hook");
  ++host.resumes_;
  host.changed_.notify_all();
}

void Host::Table::unregister(const xp_host* table, xp_reg* reg) {
  Host& host = of(table);
  host.called("unregister");
  std::shared_ptr<Registration> gone;  // released without the lock, unless a case wants it late
  const std::lock_guard<std::mutex> lock(host.mutex_);
  const auto found = host.registrations_.find(reinterpret_cast<uintptr_t>(reg));
  if (found == host.registrations_.end()) {
    host.broken_.emplace_back("unregister of what is not registered");
    return;
  }
  gone = std::move(found->second);
  host.registrations_.erase(found);
  if (host.settings_.late_release) host.unregistered_.push_back(gone);
}

uint32_t Host::hooked_kinds() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  uint32_t kinds = 0;
  for (const auto& [handle, each] : registrations_) kinds |= each->kinds;
  return kinds;
}

int32_t Host::offer(const Stanza& stanza) {
  std::vector<std::shared_ptr<Registration>> hooks;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& [handle, each] : registrations_) {
      if (each->on_stanza && (each->kinds & stanza.kind) != 0) hooks.push_back(each);
    }
  }
  std::stable_sort(hooks.begin(), hooks.end(),
                   [](const auto& a, const auto& b) { return a->priority > b->priority; });
  for (const auto& hook : hooks) {
    Lent lent;
    auto& view = lent.make<xp_stanza>();
    view.size = sizeof view;
    view.kind = stanza.kind;
    view.flags = stanza.flags;
    view.type = lent.view_or_absent(stanza.type);
    view.from = lent.view_or_absent(stanza.from);
    view.to = lent.view_or_absent(stanza.to);
    view.id = lent.view_or_absent(stanza.id);
    view.xml = lent.view(stanza.xml());
    const uint64_t number = view.keep = settings_.keeping ? next_number() : 0;
    now_in("a hook");
    const int32_t said = hook->on_stanza(hook->context->get(), &view);
    now_in("what follows a hook");
    keeps(number, said == XP_KEEPING);
    if (said == XP_KEEPING) return XP_CONSUME;
    if (said == XP_BUSY && stanza.kind == XP_IQ) broken("a hook was busy for an iq");
    if (said == XP_CONSUME || said == XP_BUSY) return said;
  }
  return XP_PASS;
}

uint64_t Host::next_number() {
  const std::lock_guard<std::mutex> lock(mutex_);
  kept_[++last_number_] = {false, false};
  return last_number_;
}

void Host::keeps(uint64_t number, bool keeping) {
  if (keeping && number == 0) broken("a hook keeps what it must not keep");
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = kept_.find(number);
  if (found == kept_.end()) return;
  found->second.first = keeping;
  if (keeping) return;
  if (found->second.second) broken_.emplace_back("a stanza was settled that no hook keeps");
  kept_.erase(found);
}

xp_status Host::Table::settle_stanza(const xp_host* table, uint64_t keep, int32_t) {
  Host& host = of(table);
  host.called("settle_stanza");
  const std::lock_guard<std::mutex> lock(host.mutex_);
  const auto found = host.kept_.find(keep);
  if (found == host.kept_.end() || found->second.second) {
    host.broken_.emplace_back("a stanza was settled that no hook keeps, or twice");
    return XP_INVALID;
  }
  found->second.second = true;
  return XP_OK;
}

void Host::offer_until_taken(Stanza stanza) {
  constexpr std::chrono::seconds kMaxBusy{5};  // then a host refuses the stanza
  uint64_t before = 0;
  do {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      before = resumes_;
    }
    if (offer(stanza) != XP_BUSY) return;
  } while (wait(kMaxBusy, [&] { return resumes_ > before; }));
  broken("a hook was busy for 5 s");
}

std::vector<std::string> Host::sent() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return sent_;
}

void Host::retry_all() {
  std::vector<Retry> told;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    told.swap(retries_);
  }
  now_in("writable");
  for (const Retry& watch : told) watch->say_writable();
  now_in("what follows writable");
}

void Host::make_room(const ExchangePtr& exchange) {
  std::shared_ptr<Watch> watch;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    watch = exchange->watch;
  }
  if (watch) watch->say_writable();
}

xp_status Host::Table::send_stanza(const xp_host* table, xp_str xml, uint32_t flags, const xp_watch* retry) {
  Host& host = of(table);
  host.called("send_stanza");
  Retry watch;
  if (retry) {
    watch = std::make_shared<Watch>(
        Watch{retry->gone, retry->writable, host.keep("send_stanza's retry", retry->ctx, retry->release)});
  }
  if (flags != 0) host.broken("send_stanza has flags that there are not");
  const std::string text = copy(xml);
  if (text.empty() || text.front() != '<' || text.back() != '>')
    host.broken("what was sent is no stanza: " + text);
  if (text.find('\0') != std::string::npos) host.broken("what was sent holds a NUL");
  {
    const std::lock_guard<std::mutex> lock(host.mutex_);
    if (host.destroying_) return XP_GONE;
  }
  const xp_status status = host.on_send ? host.on_send(text, watch) : XP_OK;
  const std::lock_guard<std::mutex> lock(host.mutex_);
  if (status == XP_OK) host.sent_.push_back(text);
  if (status == XP_WOULD_BLOCK && watch) host.retries_.push_back(std::move(watch));
  host.changed_.notify_all();
  return status;
}

xp_status Host::Table::send_parsed(const xp_host* table, const xp_stanza* parsed, uint32_t flags,
                                   const xp_watch* retry) {
  Host& host = of(table);
  host.called("send_parsed");
  const std::string xml = copy(parsed->xml);
  if (!XP_HAS(xp_stanza, parsed, xml) || parsed->flags != 0)
    host.broken("send_parsed with a stanza that is too short, or has flags");
  if (xml.find(name_of(parsed->kind)) != 1) host.broken("send_parsed with another kind than that of: " + xml);
  for (const auto& [name, given] :
       {std::pair("type", parsed->type), {"from", parsed->from}, {"to", parsed->to}, {"id", parsed->id}}) {
    const std::string written = root_attribute(xml, name);
    const bool as_it_is = written.find('&') == std::string::npos;
    if (as_it_is && written != copy(given))
      host.broken(std::string("send_parsed with another ") + name + " than that of: " + xml);
  }
  return send_stanza(table, parsed->xml, flags, retry);
}

const void* Host::Table::get_extension(const xp_host* table, const char* id) {
  Host& host = of(table);
  host.called("get_extension");
  if (host.settings_.extensions && std::strcmp(id, XP_EXT_AUTH) == 0) return &host.auth_;
  if (host.settings_.extensions && std::strcmp(id, XP_EXT_LINK) == 0) return &host.link_;
  if (host.settings_.extensions && std::strcmp(id, XP_EXT_PRINCIPAL) == 0) return &host.principals_;
  return nullptr;
}

void Host::Table::log(const xp_host* table, int32_t level, xp_str text) {
  Host& host = of(table);
  host.called("log");
  const std::string line = copy(text);
  if (line.find('\n') != std::string::npos) host.broken("a line of the log has more than one line: " + line);
  if (level == XP_HOST_BUG) host.broken("the plugin takes this host to be wrong: " + line);
}

void Host::Table::check_password(const xp_host* table, xp_str name, xp_str password,
                                 void (*verdict)(void*, xp_status, xp_str), void* ctx) {
  Host& host = of(table);
  host.called("check_password");
  const std::string jid = copy(name).substr(0, copy(name).find('@')) + "@localhost";
  static_cast<void>(copy(password));
  const Verdict give = [verdict, ctx, jid](xp_status status) {
    Lent lent;
    now_in("a verdict");
    verdict(ctx, status, status == XP_OK ? lent.view(jid) : xp_str{nullptr, 0});
    now_in("what follows a verdict");
  };
  if (host.on_check) {
    host.on_check(give);
  } else {
    give(XP_OK);
  }
}

void Host::Table::check_bearer(const xp_host* table, xp_str token,
                               void (*verdict)(void*, xp_status, const xp_principal*), void* ctx) {
  Host& host = of(table);
  host.called("check_bearer");
  static_cast<void>(copy(token));
  const Verdict give = [verdict, ctx](xp_status status) {
    Lent lent;
    auto& principal = lent.make<xp_principal>();
    principal.size = sizeof principal;
    principal.rights = XP_SEND;
    principal.bare_jid = lent.view("alice@localhost");
    principal.scopes = lent.view("xmpp");
    now_in("a verdict");
    verdict(ctx, status, status == XP_OK ? &principal : nullptr);
    now_in("what follows a verdict");
  };
  if (host.on_check) {
    host.on_check(give);
  } else {
    give(XP_OK);
  }
}

int32_t Host::Table::is_up(const xp_host* table) {
  of(table).called("is_up");
  return 1;
}

}  // namespace restanza::check
