// SPDX-License-Identifier: MIT
#include "webhook/http/http_transport.h"

#include "support/catch.h"
#include "unit/webhook/http/sending.h"
#include "webhook/request/verdict.h"

using namespace restanza;
using namespace restanza::webhook;
using namespace std::chrono_literals;
using End = Outcome::End;

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
      sending.transport->post({"/a%20b?c=1&d=%26", "application/xmpp+xml", "sv", "<message/>"}, kPatience);
  REQUIRE(outcome.end == End::answered);
  const std::string request = requests.now().at(0);
  CHECK(request.rfind("POST /a%20b?c=1&d=%26 HTTP/1.1\r\n", 0) == 0);
  CHECK_THAT(request, Contains("\r\nAuthorization: Basic Ym90OnB3\r\n"));
  CHECK_THAT(request, Contains("\r\nContent-Language: sv\r\n"));
  CHECK_THAT(request, Contains("\r\nAccept-Encoding: identity\r\n"));
}

TEST_CASE("the request that asks what an endpoint likes has the URL's credentials too") {
  Collected<std::string> requests;
  HttpEndpoint endpoint(HttpEndpoint::every_request([&](const std::string& request) {
    requests.add(request);
    return response(200);
  }));
  std::string url = endpoint.url();
  url.insert(7, "bot:pw@");
  Sending sending(url);
  REQUIRE(sending.transport->options("/meta/info", kPatience).status == 200);
  const std::string request = requests.now().at(0);
  CHECK_THAT(request, StartsWith("OPTIONS /meta/info HTTP/1.1\r\n"));
  CHECK_THAT(request, Contains("\r\nAuthorization: Basic Ym90OnB3\r\n"));
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
  CHECK_THAT(request, Contains("\r\nAuthorization: Bearer t0ken\r\n"));
  CHECK_THAT(request, !Contains("Basic"));
  CHECK_THAT(request, Contains("\r\nwebhook-id: msg_1\r\n"));
  CHECK_THAT(request, Contains("\r\nwebhook-signature: v1,AAAA v1a,BBBB\r\n"));
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
    CHECK_THAT(request, !Contains("Content-Language"));
    CHECK_THAT(request, !Contains("X: y"));
  }
}
