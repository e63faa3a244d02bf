// SPDX-License-Identifier: MIT
// The fake host's XMPP side: stanzas to the plugin's hooks and from the plugin, and the accounts.
#include <algorithm>

#include "support/fake_host_parts.h"
#include "xmpp/jid.h"
#include "xmpp/stanza.h"

namespace restanza {

int32_t FakeHost::offer(const std::string& xml, uint32_t flags) {
  const auto stanza = xmpp::parse_stanza(xml);
  if (!stanza) {
    fail("the test offered no stanza: " + stanza.error().text);
    return XP_PASS;
  }
  std::vector<std::shared_ptr<Hook>> hooks;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& entry : hooks_) {
      if ((entry.second->kinds & static_cast<uint32_t>(stanza->kind)) != 0) hooks.push_back(entry.second);
    }
  }
  std::stable_sort(hooks.begin(), hooks.end(),
                   [](const auto& a, const auto& b) { return a->priority > b->priority; });
  for (const auto& hook : hooks) {
    Lent lent;
    auto& view = lent.make<xp_stanza>();
    view.size = sizeof view;
    view.kind = static_cast<uint32_t>(stanza->kind);
    view.flags = flags;
    view.type = lent.view_or_absent(stanza->type);
    view.from = lent.view_or_absent(stanza->from);
    view.to = lent.view_or_absent(stanza->to);
    view.id = lent.view_or_absent(stanza->id);
    view.xml = lent.view(stanza->xml);
    if (settings_.keeps) {
      const std::lock_guard<std::mutex> lock(mutex_);
      view.keep = ++last_keep_;
      keeping_[view.keep] = false;
    }
    const uint64_t keep = view.keep;
    const int32_t verdict = hook->fn(hook->context->ctx, &view);
    if (verdict == XP_KEEPING) {
      if (keep == 0) fail("a hook keeps what it must not keep");
      return verdict;
    }
    if (keep != 0) forget_keep(keep);
    if (verdict == XP_BUSY && stanza->kind == xmpp::Kind::iq) fail("a hook was busy for an iq");
    if (verdict == XP_CONSUME || verdict == XP_BUSY) return verdict;
  }
  return XP_PASS;
}

void FakeHost::forget_keep(uint64_t keep) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (keeping_[keep]) failures_.push_back("a stanza was settled that the hook does not keep");
  keeping_.erase(keep);
}

xp_status FakeHost::settle_stanza(const xp_host* host, uint64_t keep, int32_t verdict) {
  FakeHost& fake = self(host);
  const std::lock_guard<std::mutex> lock(fake.mutex_);
  const auto found = fake.keeping_.find(keep);
  if (found == fake.keeping_.end() || found->second || fake.destroyed_) {
    fake.failures_.push_back("settle_stanza of what is not kept, or was settled before");
    return XP_INVALID;
  }
  found->second = true;
  fake.settled_.push_back(verdict);
  fake.changed_.notify_all();
  return XP_OK;
}

std::vector<int32_t> FakeHost::wait_settled(size_t count) {
  wait_until([&] { return settled_.size() >= count; });
  const std::lock_guard<std::mutex> lock(mutex_);
  return settled_;
}

void FakeHost::on_send(Verdict verdict) {
  const std::lock_guard<std::mutex> lock(mutex_);
  verdict_ = std::move(verdict);
}

void FakeHost::link(bool up) {
  const std::lock_guard<std::mutex> lock(mutex_);
  link_up_ = up;
}

std::vector<std::string> FakeHost::sent() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return sent_;
}

std::vector<std::string> FakeHost::wait_sent(size_t count) {
  wait_until([&] { return sent_.size() >= count; });
  return sent();
}

size_t FakeHost::retries() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return retries_.size();
}

bool FakeHost::wait_retries(size_t count) {
  return wait_until([&] { return retries_.size() >= count; });
}

void FakeHost::writable() {
  std::vector<std::shared_ptr<Watch>> told;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    told.swap(retries_);
  }
  for (const auto& watch : told) {
    if (watch->writable) watch->writable(watch->context->ctx);
  }
}

void FakeHost::drop_retries() {
  std::vector<std::shared_ptr<Watch>> dropped;
  const std::lock_guard<std::mutex> lock(mutex_);
  dropped.swap(retries_);
}

xp_status FakeHost::judge(const std::string& xml) const {
  const auto stanza = xmpp::parse_stanza(xml);
  if (!stanza) return XP_INVALID;
  if (xml.size() > settings_.max_stanza) return XP_TOO_BIG;
  if (xmpp::domain_of(stanza->from) != settings_.domain) return XP_DENIED;
  return stanza->is_request() && !link_up_ ? XP_WOULD_BLOCK : XP_OK;
}

xp_status FakeHost::send_stanza(const xp_host* host, xp_str xml, uint32_t flags, const xp_watch* retry) {
  FakeHost& fake = self(host);
  std::shared_ptr<Watch> watch;
  if (retry) {
    watch =
        std::make_shared<Watch>(Watch{retry->gone, retry->writable, fake.keep(retry->ctx, retry->release)});
  }
  if (flags != 0) fake.fail("send_stanza has flags that there are not");
  const std::string text = copy(xml);
  Verdict verdict;
  {
    const std::lock_guard<std::mutex> lock(fake.mutex_);
    if (fake.destroyed_) return XP_GONE;
    verdict = fake.verdict_;
  }
  const xp_status asked = verdict ? verdict(text) : XP_OK;
  const std::lock_guard<std::mutex> lock(fake.mutex_);
  const xp_status status = asked == XP_OK && !verdict ? fake.judge(text) : asked;
  if (status == XP_INVALID && !verdict) fake.failures_.push_back("what was sent is no stanza: " + text);
  if (status == XP_OK) fake.sent_.push_back(text);
  if (status == XP_WOULD_BLOCK && watch) fake.retries_.push_back(std::move(watch));
  fake.changed_.notify_all();
  return status;
}

// What a host would believe is looked at here.
xp_status FakeHost::send_parsed(const xp_host* host, const xp_stanza* parsed, uint32_t flags,
                                const xp_watch* retry) {
  FakeHost& fake = self(host);
  const std::string xml = copy(parsed->xml);
  const auto read = xmpp::parse_stanza(xml);
  if (xml.empty() || xml.front() != '<' || xml.back() != '>') fake.fail("send_parsed of more than: " + xml);
  if (!XP_HAS(xp_host, host, send_parsed)) fake.fail("send_parsed of a host that is too old for it");
  if (parsed->flags != 0) fake.fail("a stanza that is sent has flags");
  if (!read || static_cast<uint32_t>(read->kind) != parsed->kind || read->type != copy(parsed->type) ||
      read->from != copy(parsed->from) || read->to != copy(parsed->to) || read->id != copy(parsed->id))
    fake.fail("send_parsed with attributes that are not those of: " + xml);
  {
    const std::lock_guard<std::mutex> lock(fake.mutex_);
    ++fake.sent_parsed_;
  }
  return send_stanza(host, parsed->xml, flags, retry);
}

size_t FakeHost::sent_parsed() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return sent_parsed_;
}

void FakeHost::account(const std::string& name, const std::string& password, const std::string& bare_jid) {
  const std::lock_guard<std::mutex> lock(mutex_);
  accounts_[name] = {password, bare_jid};
}

void FakeHost::password_checks_fail() {
  const std::lock_guard<std::mutex> lock(mutex_);
  checks_fail_ = true;
}

void FakeHost::hold_verdicts() {
  const std::lock_guard<std::mutex> lock(mutex_);
  hold_verdicts_ = true;
}

size_t FakeHost::held_verdicts() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return verdicts_.size();
}

bool FakeHost::wait_held_verdicts(size_t count) {
  return wait_until([&] { return verdicts_.size() >= count; });
}

void FakeHost::give_verdicts() {
  std::deque<std::function<void()>> given;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    given.swap(verdicts_);
  }
  for (const auto& give : given) give();
}

void FakeHost::check_password(const xp_host* host, xp_str name, xp_str password,
                              void (*verdict)(void*, xp_status, xp_str), void* ctx) {
  FakeHost& fake = self(host);
  xp_status status = XP_DENIED;
  std::string bare_jid;
  bool hold = false;
  {
    const std::lock_guard<std::mutex> lock(fake.mutex_);
    const auto account = fake.accounts_.find(copy(name));
    if (fake.checks_fail_) {
      status = XP_INTERNAL;
    } else if (account != fake.accounts_.end() && account->second.first == copy(password)) {
      status = XP_OK;
      bare_jid = account->second.second;
    }
    hold = fake.hold_verdicts_;
  }
  const auto give = [verdict, ctx, status, bare_jid] {
    Lent lent;
    verdict(ctx, status, lent.view_or_absent(bare_jid));
  };
  if (!hold) return give();
  const std::lock_guard<std::mutex> lock(fake.mutex_);
  fake.verdicts_.push_back(give);
  fake.changed_.notify_all();
}

void FakeHost::bearer(const std::string& token, const std::string& bare_jid, uint32_t rights) {
  const std::lock_guard<std::mutex> lock(mutex_);
  bearers_[token] = {bare_jid, rights};
}

void FakeHost::check_bearer(const xp_host* host, xp_str token,
                            void (*verdict)(void*, xp_status, const xp_principal*), void* ctx) {
  FakeHost& fake = self(host);
  const std::lock_guard<std::mutex> lock(fake.mutex_);
  const auto known = fake.bearers_.find(copy(token));
  const bool good = known != fake.bearers_.end();
  const auto whose = good ? known->second : std::pair<std::string, uint32_t>();
  fake.verdicts_.push_back([verdict, ctx, good, whose] {
    Lent lent;
    xp_principal principal{};
    principal.size = sizeof principal;
    principal.rights = whose.second;
    principal.bare_jid = lent.view(whose.first);
    principal.scopes = lent.view("xmpp");
    verdict(ctx, good ? XP_OK : XP_DENIED, good ? &principal : nullptr);
  });
  fake.changed_.notify_all();
}

}  // namespace restanza
