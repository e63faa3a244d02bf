// SPDX-License-Identifier: MIT
#include "hosting/host_api.h"
#include "support/catch.h"
#include "unit/server_stub/hosting/api_fixture.h"

using namespace restanza;
using namespace restanza::host;
using namespace std::chrono_literals;

TEST_CASE("registrations that make no sense are refused by name and released") {
  Given given;
  const xp_host* host = given.host;
  Ctx& ctx = given.ctx;
  xp_reg* reg = nullptr;
  given.route("/a");
  for (const char* subpath : {"a", "/", "/a/", "/a"}) {
    INFO(subpath);
    const int before = ctx.released;
    CHECK(host->register_route(host, view(subpath), 1, Ctx::on_request, &ctx, Ctx::on_release, &reg) ==
          XP_INVALID);
    CHECK(ctx.released == before + 1);
  }
  CHECK(host->register_route(host, view("/n"), 1, nullptr, &ctx, Ctx::on_release, &reg) == XP_INVALID);
  CHECK(host->on_stanza(host, 7, 0, nullptr, &ctx, Ctx::on_release, &reg) == XP_INVALID);
  given.api->enter(HostApi::Stage::running);
  CHECK(host->register_route(host, view("/b"), 1, Ctx::on_request, &ctx, Ctx::on_release, &reg) ==
        XP_INVALID);
  CHECK(host->on_stanza(host, 7, 0, Ctx::on_stanza, &ctx, Ctx::on_release, &reg) == XP_INVALID);
  CHECK(ctx.released == 8);
  CHECK(reg == nullptr);
  CHECK(given.bugs() ==
        "demo@rest.localhost: the route 'a' is malformed or registered already\n"
        "demo@rest.localhost: the route '/' is malformed or registered already\n"
        "demo@rest.localhost: the route '/a/' is malformed or registered already\n"
        "demo@rest.localhost: the route '/a' is malformed or registered already\n"
        "demo@rest.localhost: register_route without a function\n"
        "demo@rest.localhost: on_stanza without a function\n"
        "demo@rest.localhost: register_route after start\n"
        "demo@rest.localhost: on_stanza after start\n");
}

TEST_CASE("a registration ends once, and only a hook can be resumed") {
  Given given;
  xp_reg* route = given.route();
  given.host->resume(given.host, route);
  given.host->unregister(given.host, route);
  given.host->unregister(given.host, route);
  given.host->unregister(given.host, nullptr);
  CHECK(given.ctx.released == 1);
  CHECK(given.bugs() ==
        "demo@rest.localhost: resume of what is no hook, or is unregistered\n"
        "demo@rest.localhost: unregister of what is no registration, or not any more\n"
        "demo@rest.localhost: unregister of what is no registration, or not any more\n");
}

TEST_CASE("what an instance leaves registered is withdrawn, released and told") {
  Given given;
  given.route();
  given.hook();
  CHECK_FALSE(given.api->wait_for_release(0ms));
  given.api->withdraw();
  CHECK(given.ctx.released == 2);
  CHECK(given.api->wait_for_release(0ms));
  CHECK(given.offer() == "passed");
  CHECK(RawClient(given.port).exchange(get("/rest")).status == 404);
  CHECK(given.bugs() == "demo@rest.localhost: routes or hooks that were never unregistered: 2\n");
}

TEST_CASE("the plugin's log lines carry its name, and an unknown level is information") {
  const Given given;
  given.host->log(given.host, XP_WARN, view("careful"));
  given.host->log(given.host, 99, view("what"));
  CHECK(given.lines.of(Level::warn) == "demo@rest.localhost: careful\n");
  CHECK(given.lines.of(Level::info) == "demo@rest.localhost: what\n");
}
