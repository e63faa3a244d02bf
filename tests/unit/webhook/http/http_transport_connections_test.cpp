// SPDX-License-Identifier: MIT
#include "support/catch.h"
#include "unit/webhook/http/sending.h"
#include "unit/webhook/http/silent_listener.h"

using namespace restanza;
using namespace restanza::webhook;
using namespace std::chrono_literals;
using End = Outcome::End;

namespace {

std::string port_of(const std::string& url) {
  const size_t start = url.rfind(':') + 1;
  return url.substr(start, url.find('/', start) - start);
}

// As if the resolver had said so.
Resolve known(std::vector<std::string> addresses) {
  return [addresses = std::move(addresses)](const Url&, bool) { return Addresses(addresses); };
}

// Breaks the connection as the end of a process or a firewall does it.
void reset_connection(int connection) {
  sockaddr nobody{};
  nobody.sa_family = AF_UNSPEC;
  CHECK(::connect(connection, &nobody, sizeof nobody) == 0);
}

}  // namespace

TEST_CASE("a connection is kept, and opened again where the endpoint closed it between requests") {
  Collected<std::string> requests;
  Door closed;
  HttpEndpoint endpoint([&](int connection, size_t number) {
    for (int i = 0; i < 2; ++i) {
      const std::string request = read_request(connection);
      if (request.empty()) return;
      requests.add(request);
      send_all(connection, response(204));
    }
    if (number > 1) return;
    ::shutdown(connection, SHUT_RDWR);
    closed.open();
  });
  Sending sending(endpoint.url());
  CHECK(sending.post().end == End::answered);
  CHECK(sending.post().end == End::answered);
  CHECK(endpoint.connections() == 1);
  REQUIRE(closed.pass());
  CHECK(sending.post().end == End::answered);
  CHECK(endpoint.connections() == 2);
  CHECK(requests.now().size() == 3);
}

TEST_CASE("a request whose connection breaks after it was sent is not sent again") {
  Collected<std::string> requests;
  HttpEndpoint endpoint([&](int connection, size_t number) {
    requests.add(read_request(connection));
    if (number > 1) send_all(connection, response(204));
  });
  Sending sending(endpoint.url());
  CHECK(sending.post().end == End::unreachable);
  CHECK(requests.now().size() == 1);
  CHECK(sending.post().end == End::answered);
}

TEST_CASE("a kept connection that breaks as a request comes is no failure: a new one takes the request") {
  const bool resets = GENERATE(false, true);
  Collected<std::string> requests;
  HttpEndpoint endpoint([&](int connection, size_t number) {
    for (int i = 0;; ++i) {
      const std::string request = read_request(connection);
      if (request.empty()) return;
      requests.add(request);
      if (number == 1 && i == 1) {
        if (resets) reset_connection(connection);
        return;
      }
      send_all(connection, response(200, "text/plain", std::to_string(number)));
    }
  });
  Sending sending(endpoint.url());
  const Post post{"/x", "text/plain", "", "x", {{"webhook-id", "msg_1"}}};
  CHECK(sending.transport->post(post, kPatience).body == "1");
  const Outcome outcome = sending.transport->post(post, kPatience);
  CHECK(outcome.end == End::answered);
  CHECK(outcome.body == "2");
  const auto all = requests.now();
  REQUIRE(all.size() == 3);
  CHECK_THAT(all[1], Contains("\r\nwebhook-id: msg_1\r\n"));
  CHECK(all[2] == all[1]);
  CHECK(endpoint.connections() == 2);
}

TEST_CASE("a request is sent once more at most: a new connection that breaks is a failure") {
  Collected<std::string> requests;
  HttpEndpoint endpoint([&](int connection, size_t number) {
    requests.add(read_request(connection));
    if (number > 1) return;
    send_all(connection, response(204));
    requests.add(read_request(connection));
  });
  Sending sending(endpoint.url());
  CHECK(sending.post().end == End::answered);
  CHECK(sending.post().end == End::unreachable);
  CHECK(requests.now().size() == 3);
}

TEST_CASE("a kept connection that breaks with a part of an answer is a failure") {
  HttpEndpoint endpoint([&](int connection, size_t) {
    read_request(connection);
    send_all(connection, response(204));
    read_request(connection);
    send_all(connection, "HT");
  });
  Sending sending(endpoint.url());
  CHECK(sending.post().end == End::answered);
  CHECK(sending.post().end == End::unreachable);
  CHECK(endpoint.connections() == 1);
}

TEST_CASE("a kept connection that is silent has all the time there is, and no other gets its request") {
  Door over;
  HttpEndpoint endpoint([&](int connection, size_t) {
    read_request(connection);
    send_all(connection, response(204));
    read_request(connection);
    over.pass();
  });
  Sending sending(endpoint.url());
  CHECK(sending.post().end == End::answered);
  CHECK(sending.post(200ms).end == End::timeout);
  CHECK(endpoint.connections() == 1);
  over.open();
}

TEST_CASE("what keeps an endpoint from being reached is said in words") {
  std::string url;
  {
    HttpEndpoint gone([](int, size_t) {});
    url = gone.url();
  }
  CHECK(Sending(url).post().detail == "could not connect to 127.0.0.1 port " + port_of(url));
  CHECK_THAT(Sending("http://restanza.invalid/").post().detail,
             StartsWith("could not resolve 'restanza.invalid': "));
  HttpEndpoint broken([](int connection, size_t) { read_request(connection); });
  CHECK(Sending(broken.url()).post().detail ==
        "the connection broke before a whole answer was there, or what came is no HTTP answer");
}

TEST_CASE("nothing reaches an address that is not public where only public ones are allowed") {
  HttpEndpoint endpoint(HttpEndpoint::each_request([](const std::string&) { return response(204); }));
  const std::string port = endpoint.url("").substr(endpoint.url("").rfind(':'));
  for (const std::string host : {"127.0.0.1", "localhost", "0x7f.1", "2130706433", "0", "[::1]",
                                 "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]"}) {
    for (const std::string scheme : {"http://", "https://"}) {
      CAPTURE(scheme, host);
      const std::string url = scheme + host + port + "/";
      Sending sending(url);
      sending.settings.public_only = true;
      sending.transport = std::make_unique<HttpTransport>(*Url::parse(url), sending.settings, sending.timer);
      for (int attempt = 0; attempt < 2; ++attempt) {
        const Outcome outcome = sending.post();
        CHECK(outcome.end == End::unreachable);
        CHECK_THAT(outcome.detail, EndsWith(" is not a public address, and rest_callback_public_only is on"));
      }
    }
  }
  CHECK(endpoint.connections() == 0);
  CHECK(Sending(endpoint.url()).post().end == End::answered);
}

TEST_CASE("a connection on which something came that nobody asked for is not used again") {
  Door answered, sent;
  HttpEndpoint endpoint([&](int connection, size_t number) {
    while (!read_request(connection).empty()) {
      send_all(connection, response(200, "text/plain", std::to_string(number)));
      if (number > 1) continue;
      answered.pass();
      send_all(connection, response(200, "text/plain", "forged"));
      sent.open();
    }
  });
  Sending sending(endpoint.url());
  CHECK(sending.post().body == "1");
  answered.open();
  REQUIRE(sent.pass());
  CHECK(sending.post().body == "2");
}

TEST_CASE("an address that refuses is passed over for the next, and the last one's failure is told") {
  HttpEndpoint endpoint(HttpEndpoint::each_request([](const std::string&) { return response(204); }));
  Sending sending(endpoint.url());
  const auto with = [&](std::vector<std::string> addresses) {
    return HttpTransport(*Url::parse(endpoint.url()), sending.settings, sending.timer,
                         known(std::move(addresses)))
        .post({"/x", "text/plain", "", "x"}, kPatience);
  };
  CHECK(with({"127.0.0.2", "127.0.0.1"}).end == End::answered);
  CHECK_THAT(with({"127.0.0.2", "127.0.0.3"}).detail, StartsWith("could not connect to 127.0.0.3 port "));
}

TEST_CASE("an address that is silent leaves time for the next") {
  HttpEndpoint endpoint(HttpEndpoint::each_request([](const std::string&) { return response(204); }));
  const SilentListener silent("127.0.0.2", static_cast<uint16_t>(std::stoul(port_of(endpoint.url()))));
  Sending sending(endpoint.url());
  HttpTransport transport(*Url::parse(endpoint.url()), sending.settings, sending.timer,
                          known({"127.0.0.2", "127.0.0.1"}));
  const auto begin = std::chrono::steady_clock::now();
  CHECK(transport.post({"/x", "text/plain", "", "x"}, 8s).end == End::answered);
  CHECK(std::chrono::steady_clock::now() - begin >= 3900ms);  // half of the time, for the first
}

TEST_CASE("the address that was allowed is asked, whatever the name leads to by then") {
  HttpEndpoint endpoint(HttpEndpoint::each_request([](const std::string&) { return response(204); }));
  Collected<std::string> requests;
  const std::string url = "http://nowhere.invalid:" + port_of(endpoint.url()) + "/";
  Sending sending(url);
  HttpTransport transport(*Url::parse(url), sending.settings, sending.timer, known({"127.0.0.1"}));
  CHECK(transport.post({"/x", "text/plain", "", "x"}, kPatience).end == End::answered);
}
