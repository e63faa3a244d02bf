// SPDX-License-Identifier: MIT
// A host that needs no memory, so that none of what fails is its own. It notes how often an exchange is
// answered, and takes every stanza. One thread at a time; the plugin's contexts are the plugin's.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <string>

#include "xp.h"

namespace restanza {

struct QuietHost {
  struct Kept {
    void* ctx = nullptr;
    void (*release)(void*) = nullptr;
    void let_go() {
      if (release) release(ctx);
      *this = {};
    }
  };

  xp_host host = {};  // first: a pointer to it is a pointer to this
  Kept route, hook;
  void (*on_request)(void*, xp_exchange*, const xp_request*) = nullptr;
  int32_t (*on_stanza)(void*, const xp_stanza*) = nullptr;
  std::array<Kept, 8> watches;  // of exchanges, by their numbers
  std::array<std::atomic<int>, 8> answers{};

  QuietHost() {
    host.size = sizeof host;
    host.minor = XP_MINOR;
    const auto word = [](const char* text) { return xp_str{text, std::char_traits<char>::length(text)}; };
    host.name = word("test");
    host.version = word("1");
    host.domain = word("rest.localhost");
    host.prefix = word("/rest");
    host.max_stanza = 1 << 20;
    host.get_extension = [](const xp_host*, const char*) -> const void* { return nullptr; };
    host.log = [](const xp_host*, int32_t, xp_str) {};
    host.register_route = [](const xp_host* h, xp_str, uint64_t,
                             void (*fn)(void*, xp_exchange*, const xp_request*), void* ctx,
                             void (*release)(void*), xp_reg** out) -> xp_status {
      of(h).on_request = fn;
      of(h).route = {ctx, release};
      if (out) *out = reg(of(h).route);
      return XP_OK;
    };
    host.on_stanza = [](const xp_host* h, uint32_t, int32_t, int32_t (*fn)(void*, const xp_stanza*),
                        void* ctx, void (*release)(void*), xp_reg** out) -> xp_status {
      of(h).on_stanza = fn;
      of(h).hook = {ctx, release};
      if (out) *out = reg(of(h).hook);
      return XP_OK;
    };
    host.resume = [](const xp_host*, xp_reg*) {};
    host.unregister = [](const xp_host*, xp_reg* one) { reinterpret_cast<Kept*>(one)->let_go(); };
    host.send_stanza = [](const xp_host*, xp_str, uint32_t, const xp_watch* retry) -> xp_status {
      if (retry) retry->release(retry->ctx);
      return XP_OK;
    };
    host.http_watch = [](const xp_host* h, xp_exchange* exchange, const xp_watch* watch) {
      of(h).watches[number(exchange)] = {watch->ctx, watch->release};
    };
    host.http_respond = [](const xp_host* h, xp_exchange* exchange, int32_t, const xp_pair*, size_t,
                           xp_str) -> xp_status {
      ++of(h).answers[number(exchange)];
      of(h).watches[number(exchange)].let_go();
      return XP_OK;
    };
    host.http_begin = [](const xp_host*, xp_exchange*, int32_t, const xp_pair*, size_t) -> xp_status {
      return XP_INVALID;
    };
    host.http_write = [](const xp_host*, xp_exchange*, xp_str) -> xp_status { return XP_INVALID; };
    host.http_end = [](const xp_host*, xp_exchange*) {};
  }
  static QuietHost& of(const xp_host* host) {
    return *const_cast<QuietHost*>(reinterpret_cast<const QuietHost*>(host));
  }
  static xp_reg* reg(Kept& kept) { return reinterpret_cast<xp_reg*>(&kept); }
  static size_t number(xp_exchange* exchange) { return reinterpret_cast<size_t>(exchange); }
};

}  // namespace restanza
