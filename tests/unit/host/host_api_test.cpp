// SPDX-License-Identifier: MIT
// The host's vtable as a plugin uses and misuses it: over a real front, with a link that the test plays.
// Every ctx counts its releases.
#include "host_api.h"

#include <algorithm>
#include <deque>

#include "../http_front/front_fixture.h"
#include "log_sink.h"
#include "support/catch.h"
#include "support/fake_clock.h"
#include "support/lines.h"

using namespace restanza;
using namespace restanza::host;
using namespace std::chrono_literals;

namespace {

xp_str view(std::string_view text) {
  return {text.data(), text.size()};
}
std::string text(xp_str view) {
  return view.ptr ? std::string(view.ptr, view.len) : "absent";
}

// Keeps what is sent; `verdict` is what it says to it. Posted work runs when the test says so.
class PlayedLink final : public Link {
 public:
  xp_status send(xmpp::Stanza stanza, std::function<void()> writable) override {
    if (verdict == XP_OK) sent.push_back(stanza.xml);
    if (verdict == XP_WOULD_BLOCK) waiting = std::move(writable);
    return verdict;
  }
  void post(std::function<void()> work) override { posted.push_back(std::move(work)); }
  bool up() const override { return is_up; }
  uint64_t max_stanza() const override { return 100; }
  void close(std::chrono::milliseconds, std::function<void(size_t)> done) override { done(0); }
  void run() {
    while (!posted.empty()) {
      const auto work = std::move(posted.front());
      posted.pop_front();
      work();
    }
  }

  xp_status verdict = XP_OK;
  bool is_up = true;
  std::vector<std::string> sent;
  std::function<void()> waiting;
  std::deque<std::function<void()>> posted;
};

// What a plugin hands over as ctx, and what came of it.
struct Ctx {
  std::atomic<int> released{0}, gone{0}, writable{0};
  Arrivals<std::string> events;
  Arrivals<xp_exchange*> exchanges;
  std::function<int32_t(const xp_stanza&)> verdict = [](const xp_stanza&) { return XP_PASS; };

  static Ctx& of(void* ctx) { return *static_cast<Ctx*>(ctx); }
  static void on_release(void* ctx) {
    ++of(ctx).released;
    of(ctx).events.add("released");
  }
  static void on_gone(void* ctx) {
    ++of(ctx).gone;
    of(ctx).events.add("gone");
  }
  static void on_writable(void* ctx) {
    ++of(ctx).writable;
    of(ctx).events.add("writable");
  }
  static void on_request(void* ctx, xp_exchange* exchange, const xp_request* request) {
    of(ctx).events.add(text(request->method) + " " + text(request->path) + " " + text(request->query) + " " +
                       text(request->body) + (request->flags & XP_BODY_TOO_LARGE ? "too large" : ""));
    of(ctx).exchanges.add(exchange);
  }
  static int32_t on_stanza(void* ctx, const xp_stanza* stanza) { return of(ctx).verdict(*stanza); }
  xp_watch watch() { return {this, on_gone, on_writable, on_release}; }
};

struct Given {
  Ctx ctx;  // outlives whatever holds it
  FakeClock clock;
  Timer timer{clock};
  Lines lines;
  NamedLog log{"demo@rest.localhost", lines};
  Routes routes;
  Front front;
  std::shared_ptr<PlayedLink> link = std::make_shared<PlayedLink>();
  std::shared_ptr<Hooks> hooks = std::make_shared<Hooks>(timer, log);
  std::unique_ptr<HostApi> api;
  const xp_host* host;
  uint16_t port = 0;

  explicit Given(HostApi::CheckPassword check = nullptr) : front(settings(), routes, log) {
    hooks->bind(link);
    api = std::make_unique<HostApi>(
        HostApi::Place{"demo@rest.localhost", "rest.localhost", "/rest", "rest.localhost", ""}, front, routes,
        hooks, link, std::move(check), log);
    host = api->vtable();
    const auto bound = front.listen();
    if (bound) port = static_cast<uint16_t>(std::atoi(bound->c_str() + bound->rfind(':') + 1));
    front.start();
  }
  ~Given() { front.stop(); }

  static FrontSettings settings() {
    FrontSettings settings;
    settings.max_stream_buffer = 1024;
    return settings;
  }
  xp_reg* route(std::string_view subpath = "") {
    xp_reg* reg = nullptr;
    REQUIRE(host->register_route(host, view(subpath), 16, Ctx::on_request, &ctx, Ctx::on_release, &reg) ==
            XP_OK);
    return reg;
  }
  xp_reg* hook() {
    xp_reg* reg = nullptr;
    REQUIRE(host->on_stanza(host, 7, 0, Ctx::on_stanza, &ctx, Ctx::on_release, &reg) == XP_OK);
    return reg;
  }
  // What the hooks make of a message.
  std::string offer(bool injected = false) {
    *end_ = "waits";
    hooks->offer(*xmpp::parse_stanza("<message id='1' from='a@x' to='rest.localhost'/>"), injected,
                 [ended = end_](const xmpp::Stanza&, Offer offer) {
                   *ended = offer == Offer::taken ? "taken" : offer == Offer::passed ? "passed" : "refused";
                 });
    return *end_;
  }
  const std::string& end() const { return *end_; }
  xp_status send(std::string_view xml, const xp_watch* retry = nullptr) {
    return host->send_stanza(host, view(xml), 0, retry);
  }
  xp_status respond(xp_exchange* exchange, int32_t code = 200, std::string_view body = "") {
    return host->http_respond(host, exchange, code, nullptr, 0, view(body));
  }
  std::string bugs() const { return lines.of(Level::plugin_bug); }

 private:
  std::shared_ptr<std::string> end_ = std::make_shared<std::string>("waits");
};

}  // namespace

TEST_CASE("the vtable says whose it is, and what it lacks is absent") {
  const Given given;
  CHECK(given.host->size == sizeof(xp_host));
  CHECK(text(given.host->domain) == "rest.localhost");
  CHECK(text(given.host->prefix) == "/rest");
  CHECK(text(given.host->state_dir) == "absent");
  CHECK(given.host->max_stanza == 100);
  CHECK(given.host->get_extension(given.host, XP_EXT_AUTH) == nullptr);
  CHECK(given.host->get_extension(given.host, "xp.nothing/1") == nullptr);
  const auto* link = static_cast<const xp_link*>(given.host->get_extension(given.host, XP_EXT_LINK));
  REQUIRE(link);
  CHECK(link->is_up(given.host) == 1);
  given.link->is_up = false;
  CHECK(link->is_up(given.host) == 0);
}

TEST_CASE("a request reaches the route's function, until the route is unregistered") {
  Given given;
  xp_reg* reg = given.route("/a");
  RawClient client(given.port);
  client.send(post("/rest/a/b?c=d", "hello"));
  const auto exchange = given.ctx.exchanges.next();
  REQUIRE(exchange);
  CHECK(given.ctx.events.next() == "POST /rest/a/b c=d hello");
  CHECK(given.respond(*exchange, 201, "made") == XP_OK);
  const auto answer = client.answer();
  CHECK(answer.status == 201);
  CHECK(answer.body == "made");

  client.send(post("/rest/a", "more than sixteen"));
  const auto large = given.ctx.exchanges.next();
  REQUIRE(large);
  CHECK(given.ctx.events.next() == "POST /rest/a absent too large");
  CHECK(given.respond(*large, 413) == XP_OK);
  CHECK(client.answer().status == 413);

  given.host->unregister(given.host, reg);
  CHECK(given.ctx.events.next() == "released");
  CHECK(RawClient(given.port).exchange(get("/rest/a")).status == 404);
  CHECK(given.ctx.released == 1);
  CHECK(given.bugs().empty());
}

TEST_CASE("an exchange that is answered twice is answered once, and the plugin is named") {
  Given given;
  given.route();
  RawClient client(given.port);
  client.send(get("/rest"));
  const auto exchange = given.ctx.exchanges.next();
  REQUIRE(exchange);
  CHECK(given.respond(*exchange, 200, "one") == XP_OK);
  CHECK(given.respond(*exchange, 200, "two") == XP_INVALID);
  CHECK(client.answer().body == "one");
  CHECK(given.bugs() ==
        "demo@rest.localhost: http_respond with a handle, code or header that is none, or is used up\n");
  client.send(get("/rest"));
  CHECK(given.ctx.exchanges.next());  // the connection has not heard of it
}

TEST_CASE("a stream that was never begun is 500 to the client and a line to the plugin's author") {
  Given given;
  given.route();
  RawClient client(given.port);
  client.send(get("/rest"));
  const auto exchange = given.ctx.exchanges.next();
  REQUIRE(exchange);
  CHECK(given.host->http_write(given.host, *exchange, view("x")) == XP_INVALID);
  given.host->http_end(given.host, *exchange);
  CHECK(client.answer().status == 500);
  CHECK(given.bugs() ==
        "demo@rest.localhost: http_write with a handle, code or header that is none, or is used up\n"
        "demo@rest.localhost: http_end with a handle, code or header that is none, or is used up\n");
}

TEST_CASE("a hook sees the stanza's attributes and whose it was") {
  Given given;
  xp_reg* reg = given.hook();
  std::string seen;
  given.ctx.verdict = [&](const xp_stanza& stanza) {
    seen = std::to_string(stanza.kind) + " " + std::to_string(stanza.flags) + " " + text(stanza.type) + " " +
           text(stanza.from) + " " + text(stanza.id);
    return XP_CONSUME;
  };
  CHECK(given.offer() == "taken");
  CHECK(seen == "1 0 absent a@x 1");
  CHECK(given.offer(true) == "taken");
  CHECK(seen == "1 1 absent a@x 1");
  CHECK(given.ctx.released == 0);
  given.host->unregister(given.host, reg);
  CHECK(given.ctx.released == 1);
  CHECK(given.offer() == "passed");
}

TEST_CASE("a stanza that a hook was busy for comes again after resume") {
  Given given;
  xp_reg* reg = given.hook();
  given.ctx.verdict = [](const xp_stanza&) { return XP_BUSY; };
  CHECK(given.offer() == "waits");
  given.ctx.verdict = [](const xp_stanza&) { return XP_CONSUME; };
  given.host->resume(given.host, reg);
  given.link->run();
  CHECK(given.end() == "taken");
}

TEST_CASE("send_stanza hands on what the link says, and releases the watch that nobody keeps") {
  Given given;
  const xp_watch watch = given.ctx.watch();
  const std::string message = "<message from='rest.localhost' to='a@x'/>";
  CHECK(given.send(message, &watch) == XP_OK);
  CHECK(given.link->sent.size() == 1);
  CHECK(given.ctx.released == 1);

  given.link->verdict = XP_DENIED;
  CHECK(given.send(message, &watch) == XP_DENIED);
  CHECK(given.ctx.released == 2);

  CHECK(given.send("<message id='" + std::string(90, 'x') + "'/>", &watch) == XP_TOO_BIG);
  CHECK(given.ctx.released == 3);

  given.api->enter(HostApi::Stage::gone);
  CHECK(given.send(message, &watch) == XP_GONE);
  CHECK(given.ctx.released == 4);
  CHECK(given.ctx.writable == 0);
  CHECK(given.bugs().empty());
}

TEST_CASE("who had no room hears of it once, and the watch is released after that") {
  Given given;
  const xp_watch watch = given.ctx.watch();
  given.link->verdict = XP_WOULD_BLOCK;
  CHECK(given.send("<message from='rest.localhost' to='a@x'/>", &watch) == XP_WOULD_BLOCK);
  CHECK(given.ctx.released == 0);
  std::exchange(given.link->waiting, nullptr)();
  CHECK(given.ctx.writable == 1);
  CHECK(given.ctx.released == 1);
}

TEST_CASE("what is not one stanza is not sent, and each time a line names the plugin") {
  Given given;
  const char* none[] = {"",
                        "text",
                        "<message/><message/>",
                        "<message/> and more",
                        "<stream:stream xmlns:stream='http://etherx.jabber.org/streams'>",
                        "</stream:stream>",
                        "<stream:error xmlns:stream='http://etherx.jabber.org/streams'/>",
                        "<handshake/>",
                        "<message",
                        "<!DOCTYPE message><message/>"};
  const xp_watch watch = given.ctx.watch();
  int count = 0;
  for (const char* xml : none) {
    INFO(xml);
    CHECK(given.send(xml, &watch) == XP_INVALID);
    CHECK(given.ctx.released == ++count);
    const std::string bugs = given.bugs();
    CHECK(std::count(bugs.begin(), bugs.end(), '\n') == count);
  }
  CHECK(given.host->send_stanza(given.host, {nullptr, 0}, 0, nullptr) == XP_INVALID);
  CHECK(given.link->sent.empty());
  CHECK(given.bugs().find("demo@rest.localhost: send_stanza with what is not one stanza: ") == 0);
}

TEST_CASE("a watch hears once that the client has left, and is released") {
  Given given;
  given.route();
  auto client = std::make_unique<RawClient>(given.port);
  client->send(get("/rest"));
  const auto exchange = given.ctx.exchanges.next();
  REQUIRE(exchange);
  Ctx watching;
  const xp_watch watch = watching.watch();
  given.host->http_watch(given.host, *exchange, &watch);
  client.reset();
  CHECK(watching.events.next() == "gone");
  CHECK(watching.events.next() == "released");
  CHECK(given.respond(*exchange) == XP_GONE);
  CHECK(watching.gone == 1);
  CHECK(watching.released == 1);
  CHECK(given.bugs().empty());
}

TEST_CASE("a stream's watch hears of room, and is released with the stream's end") {
  Given given;
  given.route();
  RawClient client(given.port, 4096);
  client.send(get("/rest"));
  const auto exchange = given.ctx.exchanges.next();
  REQUIRE(exchange);
  Ctx watching;
  const xp_watch watch = watching.watch();
  given.host->http_watch(given.host, *exchange, &watch);
  REQUIRE(given.host->http_begin(given.host, *exchange, 200, nullptr, 0) == XP_OK);
  const std::string chunk(65536, 'x');
  xp_status status = XP_OK;
  for (int i = 0; i < 1000 && status == XP_OK; ++i) {
    status = given.host->http_write(given.host, *exchange, view(chunk));
  }
  REQUIRE(status == XP_WOULD_BLOCK);
  CHECK_FALSE(client.until(chunk).empty());
  while (watching.events.count() == 0 && !client.until(chunk).empty()) {
  }
  CHECK(watching.events.next() == "writable");
  CHECK(watching.released == 0);
  given.host->http_end(given.host, *exchange);
  CHECK(watching.released == 1);
  CHECK(watching.gone == 0);
}

TEST_CASE("a watch for an exchange that is over is released at once") {
  Given given;
  given.route();
  RawClient client(given.port);
  client.send(get("/rest"));
  const auto exchange = given.ctx.exchanges.next();
  REQUIRE(exchange);
  CHECK(given.respond(*exchange) == XP_OK);
  Ctx watching;
  const xp_watch watch = watching.watch();
  given.host->http_watch(given.host, *exchange, &watch);
  given.host->http_watch(given.host, nullptr, &watch);
  given.host->http_watch(given.host, *exchange, nullptr);
  CHECK(watching.released == 2);
  CHECK(watching.gone == 0);
  CHECK(given.bugs() ==
        "demo@rest.localhost: http_watch with a handle, code or header that is none, or is used up\n"
        "demo@rest.localhost: http_watch with a handle, code or header that is none, or is used up\n"
        "demo@rest.localhost: http_watch without a watch\n");
}

TEST_CASE("a password check brings its one verdict, and the library stays until then") {
  std::function<void(xp_status, std::string)> open;
  std::string asked;
  Given given([&](const std::string& name, const std::string& password, const auto& verdict) {
    asked = name + " " + password;
    open = verdict;
  });
  const auto* auth = static_cast<const xp_auth*>(given.host->get_extension(given.host, XP_EXT_AUTH));
  REQUIRE(auth);
  std::string heard;
  const auto verdict = [](void* ctx, xp_status status, xp_str bare) {
    *static_cast<std::string*>(ctx) += std::to_string(status) + " " + text(bare) + ";";
  };
  auth->check_password(given.host, view("alice"), view("wonder"), verdict, &heard);
  CHECK(asked == "alice wonder");
  CHECK(heard.empty());
  CHECK_FALSE(given.api->wait_for_release(0ms));
  open(XP_OK, "alice@localhost");
  open = nullptr;
  CHECK(heard == "0 alice@localhost;");
  CHECK(given.api->wait_for_release(0ms));
}

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
        "demo@rest.localhost: resume with a handle, code or header that is none, or is used up\n"
        "demo@rest.localhost: unregister with a handle, code or header that is none, or is used up\n"
        "demo@rest.localhost: unregister with a handle, code or header that is none, or is used up\n");
}

TEST_CASE("what an instance leaves registered is withdrawn and released") {
  Given given;
  given.route();
  given.hook();
  CHECK_FALSE(given.api->wait_for_release(0ms));
  given.api->withdraw();
  CHECK(given.ctx.released == 2);
  CHECK(given.api->wait_for_release(0ms));
  CHECK(given.offer() == "passed");
  CHECK(RawClient(given.port).exchange(get("/rest")).status == 404);
  CHECK(given.bugs().empty());
}

TEST_CASE("the plugin's log lines carry its name, and an unknown level is information") {
  const Given given;
  given.host->log(given.host, XP_WARN, view("careful"));
  given.host->log(given.host, 99, view("what"));
  CHECK(given.lines.of(Level::warn) == "demo@rest.localhost: careful\n");
  CHECK(given.lines.of(Level::info) == "demo@rest.localhost: what\n");
}
