// SPDX-License-Identifier: MIT
#include "webhook/http_transport.h"

#include <sstream>

#include "base/clock.h"
#include "base/deep_thread.h"
#include "support/catch.h"
#include "unit/webhook/http_endpoint.h"
#include "unit/webhook/silent_listener.h"
#include "webhook/verdict.h"

using namespace restanza;
using namespace restanza::webhook;
using namespace std::chrono_literals;
using End = Outcome::End;

namespace {

struct Sending {
  SystemClock clock;
  Timer timer{clock};
  Settings settings;
  std::unique_ptr<Transport> transport;

  explicit Sending(const std::string& url, std::chrono::milliseconds timeout = kPatience) {
    timer.start();
    settings.url = url;
    settings.timeout = timeout;
    settings.max_answer = 100;
    transport = std::make_unique<HttpTransport>(*Url::parse(url), settings, timer);
  }
  Outcome post() { return transport->post({"/x", "application/xmpp+xml", "", "<message/>"}, kPatience); }
};

std::string port_of(const std::string& url) {
  const size_t start = url.rfind(':') + 1;
  return url.substr(start, url.find('/', start) - start);
}

// As if the resolver had said so.
Resolve known(std::vector<std::string> addresses) {
  return [addresses = std::move(addresses)](const Url&, bool) { return Addresses(addresses); };
}

}  // namespace

TEST_CASE("an answer's body is read up to the limit and not one byte more") {
  for (const bool chunked : {false, true}) {
    CAPTURE(chunked);
    size_t size = 100;
    HttpEndpoint endpoint(HttpEndpoint::each_request([&](const std::string&) {
      const std::string body(size, 'x');
      if (!chunked) return response(200, "text/plain", body);
      std::ostringstream chunk;
      chunk << std::hex << size << "\r\n" << body << "\r\n0\r\n\r\n";
      return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk.str();
    }));
    Sending sending(endpoint.url());
    const Outcome at_limit = sending.post();
    CHECK(at_limit.end == End::answered);
    CHECK(at_limit.body.size() == 100);
    CHECK_FALSE(at_limit.truncated);
    size = 101;
    const Outcome past = sending.post();
    CHECK(past.end == End::answered);
    CHECK(past.status == 200);
    CHECK(past.body.size() == 100);
    CHECK(past.truncated);
    size = 1;
    CHECK(sending.post().body == "x");  // and the transport is as good as new
  }
}

TEST_CASE("an endless answer ends at the limit") {
  HttpEndpoint endpoint([](int connection, size_t) {
    read_request(connection);
    send_all(connection, "HTTP/1.1 500 Oops\r\nContent-Type: text/plain\r\n\r\n");
    while (send_all(connection, std::string(4096, 'x'))) {
    }
  });
  Sending sending(endpoint.url());
  const Outcome outcome = sending.post();
  CHECK(outcome.end == End::answered);
  CHECK(outcome.status == 500);
  CHECK(outcome.truncated);
}

TEST_CASE("a status line of any length that fits onto the stack is survived, and the next answer is read") {
  for (const size_t length : {1000, 32000, 100000, 400000}) {
    CAPTURE(length);
    bool first = true;
    HttpEndpoint endpoint(HttpEndpoint::each_request([&](const std::string&) {
      const std::string phrase(std::exchange(first, false) ? length : 2, 'x');
      return "HTTP/1.1 200 " + phrase + "\r\nContent-Length: 0\r\n\r\n";
    }));
    Sending sending(endpoint.url());
    Outcome strange, good;
    DeepThread("requests", kTransportStack, [&] {
      strange = sending.post();
      good = sending.post();
    }).join();
    CHECK((strange.end == End::answered || length > 32000));  // Debian 12's client takes longer ones, too
    CHECK(good.end == End::answered);
  }
}

TEST_CASE("an answer without an end is cut off, whatever it goes on with") {
  const std::string head = "HTTP/1.1 200 OK\r\n", chunked = head + "Transfer-Encoding: chunked\r\n\r\n";
  for (const auto& [start, more] : std::vector<std::pair<std::string, std::string>>{
           {head, "X: y\r\n"}, {chunked, "0"}, {chunked, "1;xx\r\nx\r\n"}, {chunked + "0\r\n", "X: y\r\n"}}) {
    CAPTURE(start, more);
    std::string piece;
    while (piece.size() < 4096) piece += more;
    HttpEndpoint endpoint([&, &start = start](int connection, size_t) {
      read_request(connection);
      send_all(connection, start);
      while (send_all(connection, piece)) {
      }
    });
    Sending sending(endpoint.url());
    const Outcome outcome = sending.post();
    CHECK(outcome.body.size() <= 100);
    CHECK((outcome.end == End::unreachable || outcome.truncated));
  }
}

TEST_CASE("what comes before an answer's body may have its limit, and one byte more ends the request") {
  Door asked;
  const auto end_after = [&](size_t received) {
    HttpEndpoint endpoint([&](int connection, size_t) {
      read_request(connection);
      const std::string start = "HTTP/1.1 200 OK\r\nX: ";
      send_all(connection, start + std::string(received - start.size(), 'x'));
      read_request(connection);  // ends when the client leaves
    });
    Sending sending(endpoint.url(), 300ms);
    return sending.post();
  };
  const size_t most = HttpTransport::kMaxHead + HttpTransport::kRawPerByte * 100;
  CHECK(end_after(most).end != End::answered);
  const Outcome past = end_after(most + 1);
  CHECK(past.end == End::unreachable);
}

TEST_CASE("the limit of the head does not count the body") {
  const std::string body(100000, 'x');
  HttpEndpoint endpoint(
      HttpEndpoint::each_request([&](const std::string&) { return response(200, "text/plain", body); }));
  Sending sending(endpoint.url());
  sending.settings.max_answer = body.size();
  sending.transport =
      std::make_unique<HttpTransport>(*Url::parse(endpoint.url()), sending.settings, sending.timer);
  CHECK(sending.post().body == body);
  CHECK(sending.post().body == body);
}

TEST_CASE("an interim answer is passed over") {
  HttpEndpoint endpoint(HttpEndpoint::each_request(
      [](const std::string&) { return "HTTP/1.1 100 Continue\r\n\r\n" + response(200, "text/plain", "x"); }));
  const Outcome outcome = Sending(endpoint.url()).post();
  CHECK(outcome.status == 200);
  CHECK(outcome.body == "x");
}

TEST_CASE("an interim answer that the client does not know ends no request") {
  HttpEndpoint endpoint(HttpEndpoint::each_request([](const std::string&) {
    return "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n" + response(200, "text/plain", "x");
  }));
  const Outcome outcome = Sending(endpoint.url()).post();
  CHECK((outcome.end == End::unreachable || outcome.status == 200));
  CHECK(outcome.detail == "it answered with the status 103, which ends no request");
}

TEST_CASE("a status that no answer can have is none, and the delivery is tried again") {
  for (const std::string status : {"101", "600", "999", "000", "099", "010"}) {
    CAPTURE(status);
    HttpEndpoint endpoint(HttpEndpoint::each_request(
        [&](const std::string&) { return "HTTP/1.1 " + status + " Phrase\r\nContent-Length: 0\r\n\r\n"; }));
    const Outcome outcome = Sending(endpoint.url()).post();
    CHECK(outcome.end == End::unreachable);
    CHECK(worth_retrying(verdict_of(outcome)));
  }
}

TEST_CASE("the deadline holds for the whole request, also where bytes keep dripping") {
  Door over;
  const auto drip = [&over](const std::string& start) {
    return [&over, start](int connection, size_t) {
      read_request(connection);
      send_all(connection, start);
      pollfd peer{connection, POLLIN, 0};  // readable once the client has given up
      while (::poll(&peer, 1, 20) == 0 && send_all(connection, "x")) {
      }
      over.open();
    };
  };
  for (const std::string start :
       {"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n", "HTTP/1.1 200 OK\r\nX: ", ""}) {
    CAPTURE(start);
    HttpEndpoint endpoint(drip(start));
    Sending sending(endpoint.url(), 200ms);
    const auto begin = std::chrono::steady_clock::now();
    const Outcome outcome = sending.post();
    const auto took = std::chrono::steady_clock::now() - begin;
    CHECK(outcome.end == End::timeout);
    CHECK(took >= 200ms);
    CHECK(took < kPatience);
    CHECK(over.pass());
  }
}

TEST_CASE("an answer that comes before the deadline is not late") {
  HttpEndpoint endpoint(HttpEndpoint::each_request([](const std::string&) { return response(204); }));
  Sending sending(endpoint.url(), kPatience);
  CHECK(sending.post().end == End::answered);
}

TEST_CASE("the deadline holds for connecting") {
  const SilentListener silent;
  Sending sending("http://127.0.0.1:" + std::to_string(silent.port) + "/", 200ms);
  CHECK(sending.post().end == End::timeout);
}

TEST_CASE("nobody listening, garbage and a broken answer are no answer") {
  std::string url;
  {
    HttpEndpoint gone([](int, size_t) {});
    url = gone.url();
  }
  CHECK(Sending(url).post().end == End::unreachable);

  for (const std::string bytes :
       {"", "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort", "HTTP/1.1 2"}) {
    CAPTURE(bytes);
    HttpEndpoint endpoint([&](int connection, size_t) {
      read_request(connection);
      send_all(connection, bytes);
    });
    const Outcome outcome = Sending(endpoint.url()).post();
    CHECK(outcome.end == End::unreachable);
    CHECK_FALSE(outcome.detail.empty());
  }
}

TEST_CASE("statuses that have no body do not wait for one") {
  for (const int status : {205, 304}) {
    CAPTURE(status);
    HttpEndpoint endpoint([&](int connection, size_t) {
      read_request(connection);
      send_all(connection, "HTTP/1.1 " + std::to_string(status) + " Phrase\r\n\r\n");
      read_request(connection);  // keeps the connection open until the client leaves
    });
    const Outcome outcome = Sending(endpoint.url()).post();
    CHECK(outcome.end == End::answered);
    CHECK(outcome.status == status);
  }
}

TEST_CASE("a redirect is not followed") {
  Collected<std::string> requests;
  HttpEndpoint endpoint(HttpEndpoint::each_request([&](const std::string& request) {
    requests.add(request);
    return std::string("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n");
  }));
  Sending sending(endpoint.url());
  CHECK(sending.post().status == 302);
  CHECK(requests.now().size() == 1);
}

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

TEST_CASE("aborting ends the running request and refuses the next") {
  Door asked;
  HttpEndpoint endpoint([&](int connection, size_t) {
    read_request(connection);
    asked.open();
    read_request(connection);  // ends when the client leaves
  });
  Sending sending(endpoint.url());
  std::thread other([&] {
    asked.pass();
    sending.transport->abort();
  });
  CHECK(sending.post().end == End::aborted);
  other.join();
  CHECK(sending.post().end == End::aborted);
  CHECK(endpoint.connections() == 1);
}

TEST_CASE("credentials and language go into their headers, and nothing asks for compression") {
  Collected<std::string> requests;
  HttpEndpoint endpoint(HttpEndpoint::each_request([&](const std::string& request) {
    requests.add(request);
    return response(204);
  }));
  std::string url = endpoint.url();
  url.insert(7, "bot:pw@");
  Sending sending(url);
  const Outcome outcome =
      sending.transport->post({"/a%20b?c={}", "application/xmpp+xml", "sv", "<message/>"}, kPatience);
  REQUIRE(outcome.end == End::answered);
  const std::string request = requests.now().at(0);
  CHECK(request.rfind("POST /a%20b?c={} HTTP/1.1\r\n", 0) == 0);
  CHECK_THAT(request, Catch::Contains("\r\nAuthorization: Basic Ym90OnB3\r\n"));
  CHECK_THAT(request, Catch::Contains("\r\nContent-Language: sv\r\n"));
  CHECK_THAT(request, Catch::Contains("\r\nAccept-Encoding: identity\r\n"));
}

TEST_CASE("what was given beside the URL goes into the headers, and goes before what the URL says") {
  Collected<std::string> requests;
  HttpEndpoint endpoint(HttpEndpoint::each_request([&](const std::string& request) {
    requests.add(request);
    return response(204);
  }));
  std::string url = endpoint.url();
  url.insert(7, "bot:pw@");
  Sending sending(url);
  sending.settings.authorization = "Bearer t0ken";
  sending.transport = std::make_unique<HttpTransport>(*Url::parse(url), sending.settings, sending.timer);
  Post post{"/x", "text/plain", "", "hello"};
  post.headers = {{"webhook-id", "msg_1"}, {"webhook-signature", "v1,AAAA v1a,BBBB"}};
  REQUIRE(sending.transport->post(post, kPatience).end == End::answered);
  const std::string request = requests.now().at(0);
  CHECK_THAT(request, Catch::Contains("\r\nAuthorization: Bearer t0ken\r\n"));
  CHECK_THAT(request, !Catch::Contains("Basic"));
  CHECK_THAT(request, Catch::Contains("\r\nwebhook-id: msg_1\r\n"));
  CHECK_THAT(request, Catch::Contains("\r\nwebhook-signature: v1,AAAA v1a,BBBB\r\n"));
}

TEST_CASE("a request can have less time than the endpoint has, and not more") {
  HttpEndpoint endpoint([](int connection, size_t) {
    read_request(connection);
    read_request(connection);  // ends when the client leaves
  });
  Sending patient(endpoint.url());
  const Outcome outcome = patient.transport->post({"/x", "text/plain", "", ""}, 100ms);
  CHECK(outcome.end == End::timeout);
  CHECK(outcome.detail == "no whole answer within 100 ms");
  CHECK(Sending(endpoint.url(), 100ms).transport->post({"/x", "text/plain", "", ""}, kPatience).end ==
        End::timeout);
}

TEST_CASE("an answer tells how long to wait, if it does") {
  std::string field;
  HttpEndpoint endpoint(HttpEndpoint::each_request(
      [&](const std::string&) { return "HTTP/1.1 503 Later\r\nContent-Length: 0\r\n" + field + "\r\n"; }));
  Sending sending(endpoint.url());
  CHECK_FALSE(sending.post().retry_after);
  field = "Retry-After: 120\r\n";
  CHECK(sending.post().retry_after == 120s);
  field = "Retry-After: soon\r\n";
  CHECK_FALSE(sending.post().retry_after);
  field = "retry-after: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
  CHECK(sending.post().retry_after == 0s);
}

TEST_CASE("what keeps an endpoint from being reached is said in words") {
  std::string url;
  {
    HttpEndpoint gone([](int, size_t) {});
    url = gone.url();
  }
  CHECK(Sending(url).post().detail == "could not connect to 127.0.0.1 port " + port_of(url) +
                                          ": it refuses connections, or cannot be reached");
  CHECK_THAT(Sending("http://restanza.invalid/").post().detail,
             Catch::StartsWith("could not resolve 'restanza.invalid': "));
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
        CHECK_THAT(outcome.detail,
                   Catch::EndsWith(" is not a public address, and rest_callback_public_only is on"));
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

TEST_CASE("a long body arrives whole at an endpoint that reads slowly") {
  std::string body;
  for (int i = 0; body.size() < 8000000; ++i) body += std::to_string(i);
  Collected<std::string> requests;
  HttpEndpoint endpoint(HttpEndpoint::each_request([&](const std::string& request) {
    requests.add(request);
    return response(204);
  }));
  CHECK(Sending(endpoint.url()).transport->post({"/x", "text/plain", "", body}, kPatience).end ==
        End::answered);
  CHECK(requests.now().at(0).substr(requests.now().at(0).find("\r\n\r\n") + 4) == body);
}

TEST_CASE("a value that would end its line is not sent") {
  Collected<std::string> requests;
  HttpEndpoint endpoint(HttpEndpoint::each_request([&](const std::string& request) {
    requests.add(request);
    return response(204);
  }));
  Sending sending(endpoint.url());
  for (const std::string bad : {"sv\r\nX: y", "sv\nX: y", "sv\rX: y"}) {
    REQUIRE(sending.transport->post({"/x", "text/plain", bad, "x"}, kPatience).end == End::answered);
  }
  for (const std::string& request : requests.now()) {
    CHECK_THAT(request, !Catch::Contains("Content-Language"));
    CHECK_THAT(request, !Catch::Contains("X: y"));
  }
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
  CHECK_THAT(with({"127.0.0.2", "127.0.0.3"}).detail,
             Catch::StartsWith("could not connect to 127.0.0.3 port "));
}

TEST_CASE("an address that is silent leaves time for the next") {
  HttpEndpoint endpoint(HttpEndpoint::each_request([](const std::string&) { return response(204); }));
  const SilentListener silent("127.0.0.2", static_cast<uint16_t>(std::stoul(port_of(endpoint.url()))));
  Sending sending(endpoint.url());
  HttpTransport transport(*Url::parse(endpoint.url()), sending.settings, sending.timer,
                          known({"127.0.0.2", "127.0.0.1"}));
  const auto begin = std::chrono::steady_clock::now();
  CHECK(transport.post({"/x", "text/plain", "", "x"}, 2s).end == End::answered);
  CHECK(std::chrono::steady_clock::now() - begin >= 900ms);  // half of the time, for the first
}

TEST_CASE("the address that was allowed is asked, whatever the name leads to by then") {
  HttpEndpoint endpoint(HttpEndpoint::each_request([](const std::string&) { return response(204); }));
  Collected<std::string> requests;
  const std::string url = "http://nowhere.invalid:" + port_of(endpoint.url()) + "/";
  Sending sending(url);
  HttpTransport transport(*Url::parse(url), sending.settings, sending.timer, known({"127.0.0.1"}));
  CHECK(transport.post({"/x", "text/plain", "", "x"}, kPatience).end == End::answered);
}
