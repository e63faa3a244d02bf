// SPDX-License-Identifier: MIT
// The functions of the table, each as short as the border allows. Threads and owners as bare_host.h says.
#include "plugin_alone/bare_host.h"

#include <dlfcn.h>

#include <cstdio>
#include <stdexcept>
#include <utility>

namespace restanza::bench {

BareHost::BareHost(const char* library, const std::string& settings_json) : table_{{}, this} {
  library_ = dlopen(library, RTLD_NOW | RTLD_LOCAL);
  void* const symbol = library_ ? dlsym(library_, "xp_plugin_entry_v1") : nullptr;
  if (!symbol) throw std::runtime_error(dlerror());
  plugin_ = reinterpret_cast<const xp_plugin_desc* (*)()>(symbol)();
  xp_host& host = table_.host;
  host.size = sizeof host;
  host.minor = XP_MINOR;
  host.name = view("bench");
  host.version = view("1");
  host.domain = view(kDomain);
  host.prefix = view("/rest");
  host.max_stanza = 262144;
  host.get_extension = get_extension;
  host.log = log;
  host.register_route = register_route;
  host.on_stanza = on_stanza;
  host.resume = resume;
  host.unregister = unregister;
  host.send_stanza = send_stanza;
  host.http_watch = http_watch;
  host.http_respond = http_respond;
  host.http_begin = http_begin;
  host.http_write = http_write;
  host.http_end = http_end;
  xp_error error{};
  if (plugin_->create(&host, view(settings_json), &instance_, &error) != XP_OK)
    throw std::runtime_error(error.text);
  if (plugin_->start(instance_, &error) != XP_OK) throw std::runtime_error(error.text);
}

BareHost::~BareHost() {
  std::promise<void> drained;
  plugin_->drain(
      instance_, 10000, [](void* ctx) { static_cast<std::promise<void>*>(ctx)->set_value(); }, &drained);
  drained.get_future().wait();
  plugin_->destroy(instance_);
  dlclose(library_);
}

BareHost& BareHost::self(const xp_host* host) {
  return *reinterpret_cast<const Table*>(host)->owner;
}

int32_t BareHost::post(const std::vector<xp_pair>& headers, std::string_view body) {
  xp_request request{};
  request.size = sizeof request;
  request.method = view("POST");
  request.path = view("/rest");
  request.body = view(body);
  request.peer = view("127.0.0.1");
  request.headers = headers.data();
  request.header_count = headers.size();
  answered_.store(0, std::memory_order_relaxed);
  route_.route(route_.ctx, reinterpret_cast<xp_exchange*>(++request_), &request);
  return answered();
}

bool BareHost::offer(const xp_stanza& stanza) {
  while (true) {
    const int32_t verdict = hook_.hook(hook_.ctx, &stanza);
    if (verdict != XP_BUSY) return verdict == XP_CONSUME;
    std::unique_lock<std::mutex> lock(mutex_);
    resumed_.wait(lock, [this] { return std::exchange(may_resume_, false); });
  }
}

const void* BareHost::get_extension(const xp_host*, const char*) {
  return nullptr;
}

void BareHost::log(const xp_host*, int32_t level, xp_str text) {
  if (level >= XP_ERROR) fprintf(stderr, "%.*s\n", static_cast<int>(text.len), text.ptr);
}

xp_status BareHost::register_route(const xp_host* host, xp_str, uint64_t,
                                   void (*fn)(void*, xp_exchange*, const xp_request*), void* ctx,
                                   void (*release)(void*), xp_reg** out) {
  xp_reg& route = self(host).route_;
  route.route = fn;
  route.ctx = ctx;
  route.release = release;
  if (out) *out = &route;
  return XP_OK;
}

xp_status BareHost::on_stanza(const xp_host* host, uint32_t, int32_t, int32_t (*fn)(void*, const xp_stanza*),
                              void* ctx, void (*release)(void*), xp_reg** out) {
  xp_reg& hook = self(host).hook_;
  hook.hook = fn;
  hook.ctx = ctx;
  hook.release = release;
  if (out) *out = &hook;
  return XP_OK;
}

void BareHost::resume(const xp_host* host, xp_reg*) {
  const std::lock_guard<std::mutex> lock(self(host).mutex_);
  self(host).may_resume_ = true;
  self(host).resumed_.notify_one();
}

void BareHost::unregister(const xp_host*, xp_reg* reg) {
  if (reg->release) reg->release(reg->ctx);
}

xp_status BareHost::send_stanza(const xp_host* host, xp_str, uint32_t, const xp_watch* retry) {
  self(host).sent_.fetch_add(1, std::memory_order_relaxed);
  if (retry && retry->release) retry->release(retry->ctx);
  return XP_OK;
}

void BareHost::http_watch(const xp_host* host, xp_exchange* exchange, const xp_watch* watch) {
  BareHost& bare = self(host);
  if (reinterpret_cast<uintptr_t>(exchange) == bare.request_ && bare.answered() == 0) {
    bare.watch_ = *watch;
  } else if (watch->release) {
    watch->release(watch->ctx);
  }
}

xp_status BareHost::http_respond(const xp_host* host, xp_exchange*, int32_t code, const xp_pair*, size_t,
                                 xp_str) {
  BareHost& bare = self(host);
  const xp_watch used_up = std::exchange(bare.watch_, xp_watch{});
  bare.answered_.store(code, std::memory_order_release);
  if (used_up.release) used_up.release(used_up.ctx);
  return XP_OK;
}

xp_status BareHost::http_begin(const xp_host* host, xp_exchange* exchange, int32_t code,
                               const xp_pair* headers, size_t count) {
  return http_respond(host, exchange, code, headers, count, view(""));
}

xp_status BareHost::http_write(const xp_host*, xp_exchange*, xp_str) {
  return XP_OK;
}

void BareHost::http_end(const xp_host*, xp_exchange*) {}

}  // namespace restanza::bench
