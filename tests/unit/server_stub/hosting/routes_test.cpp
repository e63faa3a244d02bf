// SPDX-License-Identifier: MIT
#include "hosting/routes.h"

#include "support/catch.h"

using namespace restanza::host;

namespace {

// Routes whose handles write down their names.
struct Named {
  Routes routes;
  std::string called;

  Routes::Id add(Routes::Id mount, const std::string& subpath, const std::string& name) {
    return routes.add(mount, subpath, 100, [this, name](ExchangeId, const HttpRequest&) { called = name; });
  }
  std::string find(std::string_view path, std::string_view host = "") {
    const auto route = routes.find(path, host);
    if (!route) return "404";
    route->handle(1, {});
    return called;
  }
};

}  // namespace

TEST_CASE("a prefix matches at the end of a segment only") {
  Named n;
  n.add(n.routes.mount({"/rest", "rest.localhost"}), "", "rest");
  CHECK(n.find("/rest") == "rest");
  CHECK(n.find("/rest/") == "rest");
  CHECK(n.find("/rest/echo") == "rest");
  CHECK(n.find("/restful") == "404");
  CHECK(n.find("/") == "404");
  CHECK(n.find("/res") == "404");
}

TEST_CASE("the longest path wins, in the prefix and below it") {
  Named n;
  const auto rest = n.routes.mount({"/rest", "a"});
  n.add(rest, "", "all");
  n.add(rest, "/echo", "echo");
  n.add(n.routes.mount({"/rest/v2", "b"}), "", "v2");
  CHECK(n.find("/rest/x") == "all");
  CHECK(n.find("/rest/echo/x") == "echo");
  CHECK(n.find("/rest/v2/echo") == "v2");
}

TEST_CASE("plugins that share a prefix are told apart by the Host header, and the first serves the rest") {
  Named n;
  n.add(n.routes.mount({"/rest", "one.example"}), "", "one");
  n.add(n.routes.mount({"/rest", "two.example"}), "", "two");
  n.add(n.routes.mount({"/rest", "[::1]"}), "", "six");
  CHECK(n.find("/rest", "two.example") == "two");
  CHECK(n.find("/rest", "TWO.example:5280") == "two");
  CHECK(n.find("/rest", "[::1]:5280") == "six");
  CHECK(n.find("/rest", "[::1]") == "six");
  CHECK(n.find("/rest", "127.0.0.1:5280") == "one");
  CHECK(n.find("/rest", "") == "one");
}

TEST_CASE("a route that is taken, malformed or nobody's is refused") {
  Named n;
  const auto mount = n.routes.mount({"/rest", "a"});
  CHECK(n.add(mount, "", "first") != 0);
  CHECK(n.add(mount, "", "again") == 0);
  CHECK(n.add(mount, "echo", "no slash") == 0);
  CHECK(n.add(mount, "/echo/", "ends in a slash") == 0);
  CHECK(n.add(99, "", "no such mount") == 0);
}

TEST_CASE("a removed route is free again, and lives on in a request that found it") {
  Named n;
  const auto mount = n.routes.mount({"/rest", "a"});
  auto alive = std::make_shared<int>(0);
  const std::weak_ptr<int> watched = alive;
  const auto id = n.routes.add(mount, "", 100, [alive](ExchangeId, const HttpRequest&) { ++*alive; });
  alive.reset();
  {
    const auto found = n.routes.find("/rest", "");
    REQUIRE(found);
    n.routes.remove(id);
    CHECK(n.find("/rest") == "404");
    CHECK_FALSE(watched.expired());
    found->handle(1, {});
  }
  CHECK(watched.expired());
  CHECK(n.add(mount, "", "new") != 0);
  n.routes.unmount(mount);
  CHECK(n.find("/rest") == "404");
}
