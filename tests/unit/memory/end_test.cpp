// SPDX-License-Identifier: MIT
// Memory is short once while an instance is drained or destroyed, at each allocation in turn: the host hears
// once that it is over, whoever waits is answered, and the instance gives everything back.
#include <array>
#include <atomic>
#include <memory>
#include <string>

#include "support/catch.h"
#include "support/collected.h"
#include "support/scarce_memory.h"
#include "unit/memory/quiet_host.h"
#include "xp.h"
#include "xp_core.hpp"

using namespace restanza;
using test::Door;

extern "C" const xp_plugin_desc* xp_plugin_entry_v1(void);

namespace {

xp_str str(const std::string& text) {
  return {text.data(), text.size()};
}

// The whole plugin at such a host.
struct Host : QuietHost {
  std::atomic<int> done{0};
  Door over;
  xp_plugin* plugin = nullptr;

  // With an iq whose answer a client waits for, and a message for an endpoint that is not there.
  void start() {
    const std::string settings =
        R"({"component_secret": "s3cret", "rest_callback_url": "http://127.0.0.1:1/"})";
    xp_error error = {};
    REQUIRE(xp_plugin_entry_v1()->create(&host, str(settings), &plugin, &error) == XP_OK);
    REQUIRE(xp_plugin_entry_v1()->start(plugin, &error) == XP_OK);
    request(1, "<iq type='get' id='1' to='bob@localhost/r'><ping xmlns='urn:xmpp:ping'/></iq>");
    const std::string from = "alice@localhost/r", to = "bot@rest.localhost", type = "chat", id = "1",
                      xml =
                          "<message type='chat' from='alice@localhost/r' to='bot@rest.localhost' id='1'>"
                          "<body>x</body></message>";
    const xp_stanza message = {sizeof message, XP_MESSAGE, 0,       0,        str(type),
                               str(from),      str(to),    str(id), str(xml), 0};
    REQUIRE(on_stanza(hook.ctx, &message) == XP_CONSUME);
  }
  void request(size_t exchange, const std::string& body) {
    const std::string method = "POST", path = "/rest", type = "Content-Type", xmpp = "application/xmpp+xml",
                      who = "Authorization", secret = "Basic cmVzdC5sb2NhbGhvc3Q6czNjcmV0", peer = "unix";
    const std::array<xp_pair, 2> headers = {xp_pair{str(type), str(xmpp)}, xp_pair{str(who), str(secret)}};
    const xp_request one = {sizeof one, 0,         str(method),    str(path),     {nullptr, 0},
                            str(body),  str(peer), headers.data(), headers.size()};
    on_request(route.ctx, reinterpret_cast<xp_exchange*>(exchange), &one);
  }
  void drain(uint32_t milliseconds) {
    const auto heard = [](void* self) {
      ++static_cast<Host*>(self)->done;
      static_cast<Host*>(self)->over.open();
    };
    xp_plugin_entry_v1()->drain(plugin, milliseconds, heard, this);
  }
  void destroy() { xp_plugin_entry_v1()->destroy(plugin); }
};

// Whether an allocation has failed.
template <class End>
bool end_with(long n, Host& host, End end) {
  ScarceMemory::fail_at(n);
  {
    const NotSpared plugins;
    end();
  }
  const bool failed = ScarceMemory::end();
  CHECK(host.route.ctx == nullptr);
  CHECK(host.hook.ctx == nullptr);
  CHECK(host.answers[1] == 1);
  return failed;
}

}  // namespace

TEST_CASE("at each allocation of a drain memory may be short once, and what comes meanwhile is refused") {
  const Spared test;
  for (long n = 0;; ++n) {
    CAPTURE(n);
    REQUIRE(n < kMostAllocations);
    Host host;
    host.start();
    bool heard = false;
    const bool failed = end_with(n, host, [&] {
      host.drain(20);
      heard = host.over.pass();
      ScarceMemory::end();
      host.request(2, "<message to='bob@localhost'/>");
      host.destroy();
    });
    CHECK(heard);
    CHECK(host.done == 1);
    CHECK(host.answers[2] == 1);
    if (!failed) break;
  }
}

TEST_CASE("the same for an instance that is destroyed without a drain") {
  const Spared test;
  for (long n = 0;; ++n) {
    CAPTURE(n);
    REQUIRE(n < kMostAllocations);
    Host host;
    host.start();
    const bool failed = end_with(n, host, [&] { host.destroy(); });
    if (!failed) break;
  }
}

TEST_CASE("what waits at a plugin in C++ is ended without memory") {
  const Spared test;
  QuietHost host;
  const auto open = std::make_shared<xp::detail::OpenExchanges>();
  for (const size_t number : {size_t{1}, size_t{2}, size_t{3}}) {
    auto* const handle = reinterpret_cast<xp_exchange*>(number);
    REQUIRE(open->enter(std::make_shared<xp::detail::Pending>(&host.host, handle, open)));
  }
  ScarceMemory::fail_at(0);
  {
    const NotSpared plugins;
    open->end_all({});
  }
  CHECK_FALSE(ScarceMemory::end());
  for (const size_t number : {size_t{1}, size_t{2}, size_t{3}}) CHECK(host.answers[number] == 1);
  CHECK(open->refuse_where_empty());
}
