// SPDX-License-Identifier: MIT
// Answers that are written piece by piece.
#include "front_fixture.h"
#include "support/catch.h"

using namespace restanza;
using namespace std::chrono_literals;

namespace {

// A parked exchange and its client.
struct Streaming {
  explicit Streaming(FrontFixture& fixture, const std::string& request = get("/park"), int receive_buffer = 0)
      : client(fixture.port, receive_buffer) {
    client.send(request);
    if (const auto parked = fixture.parked.next()) id = parked->id;
  }
  RawClient client;
  host::ExchangeId id = 0;
};

}  // namespace

TEST_CASE("a stream goes out in chunks as it is written, and the connection lives on") {
  FrontFixture at;
  Streaming stream(at);
  CHECK(at.front.begin(stream.id, 200, {{"Content-Type", "text/event-stream"}}) == XP_OK);
  CHECK(stream.client.until("\r\n\r\n") ==
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
  CHECK(at.front.write(stream.id, "one") == XP_OK);
  CHECK(stream.client.until("\r\n") == "3\r\n");
  CHECK(stream.client.until("\r\n") == "one\r\n");
  CHECK(at.front.write(stream.id, "") == XP_OK);
  CHECK(at.front.write(stream.id, "0123456789") == XP_OK);
  CHECK(at.front.open_exchanges() == 1);
  CHECK(at.front.end(stream.id) == XP_OK);
  CHECK(stream.client.until("0\r\n\r\n") == "a\r\n0123456789\r\n0\r\n\r\n");
  CHECK(at.front.open_exchanges() == 0);
  CHECK(at.front.end(stream.id) == XP_INVALID);
  CHECK(at.front.write(stream.id, "late") == XP_INVALID);
  CHECK(stream.client.exchange(get("/now")).body == "GET /now ");
}

TEST_CASE("an HTTP/1.0 client reads a stream up to the end of the connection") {
  FrontFixture at;
  Streaming stream(at, "GET /park HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  CHECK(at.front.begin(stream.id, 200, {}) == XP_OK);
  CHECK(at.front.write(stream.id, "one") == XP_OK);
  CHECK(at.front.end(stream.id) == XP_OK);
  CHECK(stream.client.rest() == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\none");
}

TEST_CASE("a streamed answer to HEAD has no body") {
  FrontFixture at;
  Streaming stream(at, "HEAD /park HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(at.front.begin(stream.id, 200, {}) == XP_OK);
  CHECK(at.front.write(stream.id, "unseen") == XP_OK);
  CHECK(at.front.end(stream.id) == XP_OK);
  CHECK(stream.client.answer(true).status == 200);
  CHECK(stream.client.exchange(get("/now")).body == "GET /now ");
}

TEST_CASE("a stream whose client does not read is held back, and goes on when there is room") {
  host::FrontSettings settings;
  settings.max_stream_buffer = 64 * 1024;
  FrontFixture at(settings);
  Streaming stream(at, get("/park"), 4096);
  Arrivals<int> writable;
  CHECK(at.front.watch(stream.id, {nullptr, [&] { writable.add(1); }}) == XP_OK);
  CHECK(at.front.begin(stream.id, 200, {}) == XP_OK);
  const std::string chunk(16 * 1024, 'x');
  size_t written = 0;
  xp_status status = XP_OK;
  while ((status = at.front.write(stream.id, chunk)) == XP_OK && written < 1'000'000'000)
    written += chunk.size();
  REQUIRE(status == XP_WOULD_BLOCK);
  CHECK(at.front.write(stream.id, chunk) == XP_WOULD_BLOCK);
  CHECK(writable.count() == 0);
  std::string got = stream.client.until("\r\n\r\n");
  for (size_t read = 0; writable.count() == 0 && read < written; read += chunk.size()) {
    const auto more = stream.client.until(chunk + "\r\n");
    REQUIRE_FALSE(more.empty());
    got += more;
  }
  CHECK(writable.next() == 1);
  CHECK(at.front.write(stream.id, "last") == XP_OK);
  CHECK(writable.count() == 0);
  CHECK(at.front.end(stream.id) == XP_OK);
  got += stream.client.until("4\r\nlast\r\n0\r\n\r\n");
  size_t received = 0;
  for (const char byte : got) received += byte == 'x' ? 1 : 0;
  CHECK(received == written);
}

TEST_CASE("a watch that comes after the room has returned is told so") {
  host::FrontSettings settings;
  settings.max_stream_buffer = 1024;
  FrontFixture at(settings);
  Streaming stream(at, get("/park"), 4096);
  CHECK(at.front.begin(stream.id, 200, {}) == XP_OK);
  const std::string chunk(100'000, 'x');
  size_t chunks = 0;
  while (at.front.write(stream.id, chunk) == XP_OK) ++chunks;
  while (chunks-- > 0) REQUIRE_FALSE(stream.client.until(chunk).empty());
  Arrivals<int> writable;
  CHECK(at.front.watch(stream.id, {nullptr, [&] { writable.add(1); }}) == XP_OK);
  CHECK(writable.next() == 1);
  CHECK(at.front.write(stream.id, chunk) == XP_OK);
  CHECK(at.front.end(stream.id) == XP_OK);
}

TEST_CASE("a client that leaves a stream is noticed") {
  FrontFixture at;
  Streaming stream(at);
  Arrivals<int> gone;
  CHECK(at.front.watch(stream.id, {[&] { gone.add(1); }, nullptr}) == XP_OK);
  CHECK(at.front.begin(stream.id, 200, {}) == XP_OK);
  CHECK(at.front.write(stream.id, "one") == XP_OK);
  stream.client.close();
  CHECK(gone.next() == 1);
  CHECK(at.front.write(stream.id, "two") == XP_GONE);
  CHECK(at.front.end(stream.id) == XP_GONE);
  CHECK(at.front.open_exchanges() == 0);
}

TEST_CASE("a client that stops reading for too long is gone") {
  host::FrontSettings settings;
  settings.write_time = 100ms;
  settings.max_stream_buffer = 64 * 1024;
  FrontFixture at(settings);
  Streaming stream(at, get("/park"), 4096);
  Arrivals<int> gone;
  CHECK(at.front.watch(stream.id, {[&] { gone.add(1); }, nullptr}) == XP_OK);
  CHECK(at.front.begin(stream.id, 200, {}) == XP_OK);
  const std::string chunk(16 * 1024, 'x');
  while (at.front.write(stream.id, chunk) == XP_OK) {
  }
  CHECK(gone.next() == 1);
  CHECK(at.front.end(stream.id) == XP_GONE);
}

TEST_CASE("a client that leaves before the stream begins is noticed by every step") {
  FrontFixture at;
  Streaming stream(at);
  Arrivals<int> gone;
  CHECK(at.front.watch(stream.id, {[&] { gone.add(1); }, nullptr}) == XP_OK);
  stream.client.close();
  CHECK(gone.next() == 1);
  CHECK(at.front.begin(stream.id, 200, {}) == XP_GONE);
  CHECK(at.front.write(stream.id, "one") == XP_GONE);
  CHECK(at.front.end(stream.id) == XP_GONE);
  CHECK(at.front.end(stream.id) == XP_INVALID);
}

TEST_CASE("steps in the wrong order are invalid, and the client is not left waiting") {
  FrontFixture at;
  Streaming unbegun(at);
  CHECK(at.front.write(unbegun.id, "one") == XP_INVALID);
  CHECK(at.front.end(unbegun.id) == XP_INVALID);
  CHECK(unbegun.client.answer().status == 500);
  Streaming begun(at);
  CHECK(at.front.begin(begun.id, 200, {}) == XP_OK);
  CHECK(at.front.begin(begun.id, 200, {}) == XP_INVALID);
  CHECK(at.front.respond(begun.id, 200, {}, "whole") == XP_INVALID);
  CHECK(begun.client.rest().find("0\r\n\r\n") == std::string::npos);
  CHECK(at.front.open_exchanges() == 0);
}
