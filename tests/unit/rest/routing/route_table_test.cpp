// SPDX-License-Identifier: MIT
#include "rest/routing/route_table.h"

#include "support/catch.h"
#include "unit/rest/rest_world.h"

using namespace restanza::rest;

namespace {

Route row(const char* method, const char* path, Right right = Right::any, const char* resource = "thing") {
  return {method, path, right, resource, {}};
}

// Rows in an order that says nothing.
RouteTable table() {
  return RouteTable({row("GET", "/{query}/{to}", Right::send, "query"),
                     row("POST", "/things/{id}", Right::admin), row("GET", "/things/{id}", Right::admin),
                     row("DELETE", "/things/{id}", Right::admin), row("POST", "/things/new", Right::admin),
                     row("POST", "/echo", Right::any, "echo")});
}

// "METHODS: values", of what is found.
std::string found(const char* method, const char* path) {
  const RouteTable routes = table();
  const auto found = routes.find(method, path);
  if (!found.place) return found.right == Right::admin ? "nothing, for admins" : "nothing";
  std::string text = found.place->allow + ":";
  for (const auto& value : found.values) text += " " + value;
  return text;
}

}  // namespace

TEST_CASE("a path is that of the row which says most of it") {
  CHECK(found("GET", "/things/7") == "DELETE, GET, HEAD, POST, OPTIONS: 7");
  CHECK(found("GET", "/things/new") == "POST, OPTIONS:");
  CHECK(found("GET", "/version/things") == "GET, HEAD, OPTIONS: version things");
  CHECK(found("GET", "/echo") == "POST, OPTIONS:");
}

TEST_CASE("what is below a path with routes of its own is nothing else, and for those who may see these") {
  CHECK(found("GET", "/things/7/8") == "nothing, for admins");
  CHECK(found("GET", "/things/") == "nothing, for admins");
  CHECK(found("GET", "/things") == "nothing, for admins");
  CHECK(found("GET", "/thingsx/7") == "GET, HEAD, OPTIONS: thingsx 7");
  CHECK(found("GET", "/echo/x") == "GET, HEAD, OPTIONS: echo x");
  CHECK(found("POST", "/{query}/{to}") == "nothing");
}

TEST_CASE("HEAD is answered where GET is, and each method has its row") {
  const RouteTable routes = table();
  const auto* place = routes.find("GET", "/things/7").place;
  REQUIRE(place);
  CHECK(place->route("HEAD") == place->route("GET"));
  CHECK(place->route("DELETE")->method == std::string("DELETE"));
  CHECK_FALSE(place->route("PUT"));
}

TEST_CASE("each resource is named once, and a path where nothing stands is another") {
  const RouteTable routes = table();
  std::vector<std::string> names;
  for (const char* name : routes.resources()) names.emplace_back(name);
  CHECK(names == std::vector<std::string>{"echo", "thing", "query"});
  CHECK(routes.find("GET", "/x").resource() == std::string(RouteTable::kOther));
  CHECK(routes.find("GET", "/x").allow() == std::string("POST, OPTIONS"));
}

TEST_CASE("methods are named once and in order, with HEAD where there is GET, and OPTIONS always") {
  const auto methods = [](Routes rows) {
    std::string all;
    for (const char* name : RouteTable(std::move(rows)).methods()) all += std::string(name) + " ";
    return all;
  };
  CHECK(methods({row("PUT", "/a"), row("GET", "/a"), row("GET", "/b"), row("DELETE", "/b")}) ==
        "DELETE GET HEAD OPTIONS PUT ");
  CHECK(methods({row("POST", "/a")}) == "OPTIONS POST ");
}

TEST_CASE("the plugin's routes stand where they are documented") {
  const RestWorld world;
  const auto allow = [&](const char* method, const char* path) {
    const auto found = world.resources.router.routes().find(method, path);
    return found.place ? found.resource() + (": " + found.place->allow) : std::string("nothing");
  };
  for (const char* method : {"GET", "POST", "DELETE", "PUT"}) {
    CAPTURE(method);
    CHECK(allow(method, "/metrics") == "metrics: GET, HEAD, OPTIONS");
    CHECK(allow(method, "/deliveries") == "deliveries: DELETE, GET, HEAD, OPTIONS");
    CHECK(allow(method, "/deliveries/replay") == "deliveries: POST, OPTIONS");
    CHECK(allow(method, "/deliveries/msg_1") == "deliveries: DELETE, GET, HEAD, OPTIONS");
    CHECK(allow(method, "/deliveries/msg_1/replay") == "deliveries: POST, OPTIONS");
    CHECK(allow(method, "/endpoints") == "endpoints: GET, HEAD, OPTIONS");
    CHECK(allow(method, "/endpoints/a%20b/pause") == "endpoints: POST, OPTIONS");
    CHECK(allow(method, "/endpoints/pause/test") == "endpoints: POST, OPTIONS");
    for (const char* path :
         {"/deliveries/", "/deliveries//", "/deliveries/a/b", "/endpoints/", "/endpoints/a",
          "/endpoints//pause", "/endpoints/a/wibble", "/endpoints/a/pause/b"}) {
      CAPTURE(path);
      CHECK(allow(method, path) == "nothing");
      CHECK(world.ask(post("", basic("alice", "wonder:land"), path))->status() == 403);
    }
  }
  CHECK(allow("GET", "/deliveriesx") == "nothing");
}
