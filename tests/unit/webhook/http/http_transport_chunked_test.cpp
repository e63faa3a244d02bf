// SPDX-License-Identifier: MIT
// Answers in chunks, and the trailer section behind them (RFC 9112 section 7.1).
#include <atomic>

#include "support/catch.h"
#include "unit/webhook/http/sending.h"

using namespace restanza;
using namespace restanza::webhook;
using namespace std::chrono_literals;
using End = Outcome::End;

namespace {

const std::string kChunkedHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n";

// An answer whose body is "Hello" and the number; `trailer` has its line ends, without the empty line.
std::string in_chunks(size_t number, const std::string& trailer, const std::string& more_head = "") {
  return kChunkedHead + more_head + "\r\n3\r\nHel\r\n2;name=value\r\nlo\r\n1\r\n" + std::to_string(number) +
         "\r\n0\r\n" + trailer + "\r\n";
}

const std::string kAnnounced = "Trailer: Checksum\r\n";

}  // namespace

TEST_CASE("an answer in chunks is whole, with trailer fields that it has announced and without any") {
  const auto [announced, trailer] = GENERATE(table<std::string, std::string>({
      {"", ""},
      {kAnnounced, ""},
      {kAnnounced, "Checksum: 1234\r\n"},
      {kAnnounced, "Checksum: 1234\r\nServer-Timing: db;dur=53\r\nEmpty:\r\n"},
      {kAnnounced, "Checksum: " + std::string(4000, 'x') + "\r\n"},
  }));
  CAPTURE(announced, trailer);
  const bool at_once = GENERATE(true, false);
  std::atomic<size_t> requests = 0;
  HttpEndpoint endpoint([&, announced = announced, trailer = trailer](int connection, size_t) {
    while (!read_request(connection).empty()) {
      const std::string answer = in_chunks(++requests, trailer, announced);
      const size_t piece = at_once ? answer.size() : 1;
      for (size_t at = 0; at < answer.size(); at += piece) send_all(connection, answer.substr(at, piece));
    }
  });
  Sending sending(endpoint.url());
  for (size_t number = 1; number <= 3; ++number) {
    const Outcome outcome = sending.post();
    CHECK(outcome.end == End::answered);
    CHECK(outcome.body == "Hello" + std::to_string(number));
    CHECK(outcome.detail.empty());
    CHECK(outcome.unreadable.empty());
  }
  CHECK(requests == 3);
  CHECK((endpoint.connections() == 1 || !trailer.empty()));
}

TEST_CASE("trailer fields that were not announced may cost the answer, and never a part of its body") {
  HttpEndpoint endpoint(
      HttpEndpoint::each_request([](const std::string&) { return in_chunks(1, "Checksum: 1234\r\n"); }));
  Sending sending(endpoint.url());
  for (int request = 0; request < 2; ++request) {
    const Outcome outcome = sending.post();
    CHECK((outcome.end == End::unreachable || outcome.body == "Hello1"));
    CHECK(outcome.detail.empty() == (outcome.end == End::answered));
  }
}

TEST_CASE("a trailer field is not taken for the header field of its name") {
  const int status = GENERATE(200, 503);
  CAPTURE(status);
  HttpEndpoint endpoint([&](int connection, size_t) {
    while (!read_request(connection).empty()) {
      send_all(connection, "HTTP/1.1 " + std::to_string(status) +
                               " Phrase\r\nTransfer-Encoding: chunked\r\nAccept: text/plain\r\n"
                               "Trailer: Content-Type, Content-Encoding, Retry-After, Accept\r\n"
                               "\r\n5\r\nHello\r\n0\r\nContent-Type: application/json\r\n"
                               "Content-Encoding: gzip\r\nRetry-After: 3600\r\nAccept: text/html\r\n\r\n");
    }
  });
  Sending sending(endpoint.url());
  for (int request = 0; request < 2; ++request) {
    const Outcome outcome = sending.post();
    CHECK(outcome.end == End::answered);
    CHECK(outcome.status == status);
    CHECK(outcome.body == "Hello");
    CHECK(outcome.unreadable.empty());
    CHECK(outcome.content_type.empty());
    CHECK(outcome.accept == "text/plain");
    CHECK_FALSE(outcome.retry_after);
  }
}

TEST_CASE("an answer in chunks that breaks off is none, unless its body has come to its end") {
  const std::string trailer = "Checksum: 1234\r\n", whole = in_chunks(1, trailer);
  const size_t behind_body = trailer.size() + 2;
  const size_t cut = GENERATE_COPY(1, 2, 5, behind_body, behind_body + 3, behind_body + 12);
  CAPTURE(cut);
  HttpEndpoint endpoint([&](int connection, size_t) {
    read_request(connection);
    send_all(connection, whole.substr(0, whole.size() - cut));
  });
  const Outcome outcome = Sending(endpoint.url()).post();
  CHECK((outcome.end == End::unreachable || (cut <= behind_body && outcome.body == "Hello1")));
  CHECK(outcome.detail.empty() == (outcome.end == End::answered));
}

TEST_CASE("an answer that breaks off within a chunk is none, whatever it has announced") {
  HttpEndpoint endpoint([](int connection, size_t) {
    read_request(connection);
    send_all(connection, kChunkedHead + kAnnounced + "\r\n3\r\nHel\r\n2\r\nl");
  });
  CHECK(Sending(endpoint.url()).post().end == End::unreachable);
}

TEST_CASE("an answer that stops between its chunks is late, whatever it has announced") {
  Door over;
  HttpEndpoint endpoint([&](int connection, size_t) {
    read_request(connection);
    send_all(connection, kChunkedHead + kAnnounced + "\r\n3\r\nHel\r\n");
    over.pass();
  });
  CHECK(Sending(endpoint.url()).post(200ms).end == End::timeout);
  over.open();
}
