// SPDX-License-Identifier: MIT
// Bodies that a handler takes in pieces: their end, their limits, and that a handler which does not ask stops
// the client.
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdio>
#include <thread>

#include "front_fixture.h"
#include "http_front/body_stream.h"
#include "support/catch.h"

using namespace restanza;
using namespace std::chrono_literals;

namespace {

struct Piece {
  xp_status status;
  std::string bytes;
};

// A request that streams its body waits at `/park/stream...`; the test asks for pieces by `read`.
class StreamingFront : public FrontFixture {
 public:
  explicit StreamingFront(host::FrontSettings settings = {}, uint64_t max_body = 1 << 30)
      : FrontFixture(std::move(settings), echo, max_body, true) {}

  // XP_OK where a piece will come.
  xp_status ask(host::ExchangeId id) {
    return front.read(id, [this](xp_status status, std::string_view bytes) {
      pieces.add({status, std::string(bytes)});
    });
  }
  Piece read(host::ExchangeId id) {
    if (ask(id) != XP_OK) return {XP_UNSUPPORTED, "none is to come"};
    return pieces.next().value_or(Piece{XP_UNSUPPORTED, "it did not come"});
  }
  // All that is left, and how it ended.
  Piece read_all(host::ExchangeId id) {
    std::string all;
    for (;;) {
      const Piece piece = read(id);
      if (piece.status != XP_OK || piece.bytes.empty()) return {piece.status, all};
      all += piece.bytes;
    }
  }
  xp_status answer(host::ExchangeId id) { return front.respond(id, 200, {}, "done"); }

  Arrivals<Piece> pieces;
};

std::string head(size_t length, const std::string& headers = {}) {
  return "POST /park HTTP/1.1\r\nHost: a\r\n" + headers + "Content-Length: " + std::to_string(length) +
         "\r\n\r\n";
}

std::string chunk(const std::string& bytes) {
  char size[32];
  std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
  return size + bytes + "\r\n";
}
constexpr const char* kChunked = "POST /park HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

class HeldClient : public RawClient {
 public:
  using RawClient::RawClient;
  // Sends until the socket has taken nothing for a while: how much it took.
  size_t send_until_held() {
    const std::string block(64 * 1024, 'x');
    size_t sent = 0;
    for (pollfd room{socket(), POLLOUT, 0}; poll(&room, 1, 300) > 0;) {
      const ssize_t n = ::send(socket(), block.data(), block.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (n > 0) sent += static_cast<size_t>(n);
    }
    return sent;
  }
};

}  // namespace

TEST_CASE("a handler is called when the head has come, and gets each piece as it comes") {
  StreamingFront at;
  RawClient client(at.port);
  client.send(head(10));
  const auto request = at.parked.next();
  REQUIRE(request);
  CHECK(request->request.body_follows);
  CHECK(request->request.body.empty());
  REQUIRE(at.ask(request->id) == XP_OK);
  CHECK(at.pieces.count() == 0);
  client.send("hello");
  CHECK(at.pieces.next()->bytes == "hello");
  client.send("world");
  const Piece rest = at.read_all(request->id);
  CHECK(rest.status == XP_OK);
  CHECK(rest.bytes == "world");
  CHECK(at.ask(request->id) == XP_INVALID);  // its end was told
  CHECK(at.answer(request->id) == XP_OK);
  CHECK(client.answer().body == "done");
  CHECK(client.exchange(get("/now")).status == 200);  // on the same connection
}

TEST_CASE("a body in chunks comes without them, as many as there are") {
  StreamingFront at;
  RawClient client(at.port);
  client.send(kChunked + chunk("one ") + chunk("two ") + chunk("three") + "0\r\n\r\n" + get("/now"));
  const auto request = at.parked.next();
  REQUIRE(request);
  const Piece all = at.read_all(request->id);
  CHECK(all.status == XP_OK);
  CHECK(all.bytes == "one two three");
  at.answer(request->id);
  CHECK(client.answer().body == "done");
  CHECK(client.answer().status == 200);  // what followed is a request of its own
}

TEST_CASE("a streamed body may fill its limit, one byte more is told") {
  for (const bool chunked : {false, true}) {
    StreamingFront at({}, 1000);
    RawClient client(at.port);
    client.send(chunked ? kChunked + chunk(std::string(400, 'x')) + chunk(std::string(600, 'x')) + "0\r\n\r\n"
                        : head(1000) + std::string(1000, 'x'));
    auto request = at.parked.next();
    REQUIRE(request);
    Piece all = at.read_all(request->id);
    CHECK(all.status == XP_OK);
    CHECK(all.bytes.size() == 1000);
    at.answer(request->id);
    CHECK(client.answer().status == 200);
    client.send(chunked ? kChunked + chunk(std::string(400, 'x')) + chunk(std::string(601, 'x'))
                        : head(1001));
    request = at.parked.next();
    REQUIRE(request);
    if (chunked) {
      CHECK(at.read_all(request->id).status == XP_TOO_BIG);
    } else {
      CHECK(request->request.body_too_large);  // that shows before anything of it is read
    }
    at.answer(request->id);
    CHECK(client.answer().status == 200);
    CHECK(client.ended());
  }
}

TEST_CASE("malformed chunks are told, and the connection ends with the answer") {
  StreamingFront at;
  RawClient client(at.port);
  client.send(kChunked + chunk("good") + "no size\r\n");
  const auto request = at.parked.next();
  REQUIRE(request);
  CHECK(at.read_all(request->id).status == XP_INVALID);
  at.answer(request->id);
  CHECK(client.answer().status == 200);
  CHECK(client.ended());
}

TEST_CASE("a handler that does not ask stops the client, and one that asks again gets all of it") {
  constexpr size_t kAll = 64 << 20;
  // What the kernel keeps for both ends is bounded, and far less than the body.
  constexpr size_t kMost = 16 << 20;
  StreamingFront at;
  HeldClient client(at.port);
  client.send(head(kAll));
  const auto request = at.parked.next();
  REQUIRE(request);
  size_t sent = client.send_until_held();
  CHECK(sent > host::BodyStream::kMaxAhead);
  CHECK(sent < kMost);
  const size_t held = sent;
  const Piece first = at.read(request->id);
  CHECK(first.status == XP_OK);
  CHECK(first.bytes.size() >= host::BodyStream::kMaxAhead);
  CHECK(first.bytes.size() < host::BodyStream::kMaxAhead + 16 * 1024);
  std::thread sending([&] {
    const std::string block(64 * 1024, 'x');
    for (; sent < kAll; sent += std::min(block.size(), kAll - sent))
      client.send(block.substr(0, std::min(block.size(), kAll - sent)));
  });
  const Piece rest = at.read_all(request->id);
  sending.join();
  CHECK(rest.status == XP_OK);
  CHECK(first.bytes.size() + rest.bytes.size() == kAll);
  CHECK(held < kAll);
  at.answer(request->id);
  CHECK(client.answer().status == 200);
}

TEST_CASE("a client that leaves in the middle of its body is told to who asks, and to who watches") {
  StreamingFront at;
  auto client = std::make_unique<RawClient>(at.port);
  client->send(head(100) + "some");
  const auto request = at.parked.next();
  REQUIRE(request);
  CHECK(at.read(request->id).bytes == "some");
  Arrivals<int> gone;
  at.front.watch(request->id, {[&gone] { gone.add(1); }, nullptr});
  REQUIRE(at.ask(request->id) == XP_OK);
  client.reset();
  CHECK(at.pieces.next()->status == XP_GONE);
  CHECK(gone.next());
  CHECK(at.ask(request->id) == XP_INVALID);
  CHECK(at.answer(request->id) == XP_GONE);
}

TEST_CASE("a client that sends too little for too long is told as gone, and still gets its answer") {
  host::FrontSettings settings;
  settings.request_time = 200ms;
  StreamingFront at(settings);
  RawClient client(at.port);
  client.send(head(100) + "some");
  const auto request = at.parked.next();
  REQUIRE(request);
  CHECK(at.read(request->id).bytes == "some");
  CHECK(at.read(request->id).status == XP_GONE);
  CHECK(at.answer(request->id) == XP_OK);
  CHECK(client.answer().status == 200);
  CHECK(client.ended());
}

TEST_CASE("a client that was held up by the handler has not been slow") {
  host::FrontSettings settings;
  settings.request_time = 200ms;
  StreamingFront at(settings);
  RawClient client(at.port);
  client.send(head(1 << 20) + std::string(1 << 17, 'x'));
  const auto request = at.parked.next();
  REQUIRE(request);
  std::this_thread::sleep_for(500ms);  // longer than it may be slow for
  CHECK(at.read(request->id).status == XP_OK);
  client.send(std::string((1 << 20) - (1 << 17), 'x'));
  CHECK(at.read_all(request->id).status == XP_OK);
}

TEST_CASE("an answer before the end of a body is read by the client, and closes") {
  StreamingFront at;
  RawClient client(at.port);
  client.send(head(1 << 20) + "some");
  const auto request = at.parked.next();
  REQUIRE(request);
  CHECK(at.read(request->id).bytes == "some");
  REQUIRE(at.ask(request->id) == XP_OK);
  CHECK(at.answer(request->id) == XP_OK);
  CHECK(at.pieces.next()->status == XP_GONE);
  const auto answer = client.answer();
  CHECK(answer.body == "done");
  CHECK(client.ended());
}

TEST_CASE("one piece is asked for at a time") {
  StreamingFront at;
  RawClient client(at.port);
  client.send(head(100));
  const auto request = at.parked.next();
  REQUIRE(request);
  CHECK(at.ask(request->id) == XP_OK);
  CHECK(at.ask(request->id) == XP_INVALID);
  at.answer(request->id);
  CHECK(at.pieces.next()->status == XP_GONE);
  CHECK(at.ask(request->id) == XP_INVALID);
}

TEST_CASE("pieces that ask for the next from within are not called within each other") {
  StreamingFront at;
  RawClient client(at.port);
  client.send(head(1 << 20));
  const auto request = at.parked.next();
  REQUIRE(request);
  std::atomic<size_t> all{0}, deep{0};
  Arrivals<xp_status> ended;
  int depth = 0;
  std::function<void(xp_status, std::string_view)> next = [&](xp_status status, std::string_view bytes) {
    if (++depth > 1) ++deep;
    all += bytes.size();
    if (status != XP_OK || bytes.empty())
      ended.add(status);
    else
      at.front.read(request->id, next);
    --depth;
  };
  REQUIRE(at.front.read(request->id, next) == XP_OK);
  client.send(std::string(1 << 20, 'x'));
  CHECK(ended.next() == XP_OK);
  CHECK(all == 1 << 20);
  CHECK(deep == 0);
}

TEST_CASE("streams have the room that there is for requests, and one more is 503") {
  host::FrontSettings settings;
  settings.max_request_memory = 2 * (host::BodyStream::kMaxAhead + 16 * 1024);
  StreamingFront at(settings);
  RawClient one(at.port), two(at.port), three(at.port);
  one.send(head(100));
  const auto first = at.parked.next();
  REQUIRE(first);
  two.send(head(100));
  REQUIRE(at.parked.next());
  three.send(head(100));
  CHECK(three.answer().status == 503);
  at.answer(first->id);
  CHECK(one.answer().status == 200);
  CHECK(one.ended());  // and then its room is free
  RawClient four(at.port);
  four.send(head(4) + "room");
  const auto last = at.parked.next();
  REQUIRE(last);
  CHECK(at.read_all(last->id).bytes == "room");
}

TEST_CASE("a body in a content coding, and a request without a body, come whole") {
  StreamingFront at;
  RawClient client(at.port);
  client.send(head(4, "Content-Encoding: deflate\r\n") + "junk");
  CHECK(client.answer().status == 400);
  RawClient other(at.port);
  other.send(get("/park"));
  const auto request = at.parked.next();
  REQUIRE(request);
  CHECK(!request->request.body_follows);
  CHECK(at.ask(request->id) == XP_INVALID);
  at.answer(request->id);
}

TEST_CASE("who has asked for a piece is told when the front stops") {
  auto at = std::make_unique<StreamingFront>();
  RawClient client(at->port);
  client.send(head(100));
  const auto request = at->parked.next();
  REQUIRE(request);
  REQUIRE(at->ask(request->id) == XP_OK);
  at->front.stop();
  CHECK(at->pieces.next()->status == XP_GONE);
}
