// SPDX-License-Identifier: MIT
// The sending half of a connection, over a pair of sockets whose peer reads when the test says so.
#include "http_front/outbox.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "http_front/exchange.h"
#include "support/catch.h"

using namespace restanza;
using host::Outbox;

namespace {

class Calls final : public host::OutboxObserver {
 public:
  void attend(uint64_t connection) override { connections.push_back(connection); }
  std::vector<uint64_t> connections;
};

// An outbox for connection 7 that keeps up to 100 bytes of a stream, and the peer's end of its socket.
struct Pair {
  Pair() {
    std::array<int, 2> ends{};
    ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data());
    peer = ends[1];
    socket = ends[0];
    outbox = std::make_unique<Outbox>(socket, 7, calls, 100);
  }
  ~Pair() {
    if (peer >= 0) ::close(peer);
  }
  void fill() const {
    const std::string bytes(4096, 'f');
    while (::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0) {
    }
    while (::send(socket, bytes.data(), 1, MSG_NOSIGNAL) > 0) {
    }
  }
  std::string drain() const {
    std::string out;
    std::array<char, 65536> bytes;
    ssize_t n = 0;
    while ((n = ::recv(peer, bytes.data(), bytes.size(), 0)) > 0)
      out.append(bytes.data(), static_cast<size_t>(n));
    return out.substr(std::min(out.find_first_not_of('f'), out.size()));
  }

  Calls calls;
  int socket = -1;
  int peer = -1;
  std::unique_ptr<Outbox> outbox;
};

}  // namespace

TEST_CASE("a stream may fill its buffer, one byte more has to wait until half of it is free") {
  Pair pair;
  pair.fill();
  pair.outbox->open_answer(false);
  CHECK(pair.outbox->append(std::string(99, 'a')) == Outbox::Sent::taken);
  CHECK(pair.outbox->append("b") == Outbox::Sent::taken);
  CHECK_FALSE(pair.outbox->flush());
  CHECK(pair.outbox->append("c") == Outbox::Sent::would_block);
  CHECK_FALSE(pair.outbox->flush());
  CHECK(pair.drain().empty());
  CHECK(pair.outbox->flush());
  CHECK_FALSE(pair.outbox->flush());
  CHECK(pair.drain() == std::string(99, 'a') + "b");
}

TEST_CASE("a chunk beyond the buffer is taken where nothing waits before it") {
  Pair pair;
  pair.fill();
  pair.outbox->open_answer(false);
  CHECK(pair.outbox->append(std::string(101, 'a')) == Outbox::Sent::taken);
  CHECK(pair.outbox->append("b") == Outbox::Sent::would_block);
}

TEST_CASE("the loop is asked for only where an answer leaves work behind") {
  Pair pair;
  pair.outbox->open_answer(false);
  CHECK(pair.outbox->finish("plain", false));
  CHECK(pair.outbox->state() == Outbox::State::quiet);
  CHECK(pair.calls.connections.empty());

  pair.outbox->open_answer(false);
  CHECK(pair.outbox->hold_input());
  CHECK(pair.outbox->finish("input has come", false));
  CHECK(pair.calls.connections.size() == 1);
  CHECK_FALSE(pair.outbox->hold_input());

  pair.outbox->open_answer(false);
  CHECK(pair.outbox->finish("the last one", true));
  CHECK(pair.outbox->state() == Outbox::State::ended);
  CHECK(pair.calls.connections == std::vector<uint64_t>{7, 7});
}

TEST_CASE("an answer that the socket does not take is watched over until it is out") {
  Pair pair;
  pair.fill();
  pair.outbox->open_answer(false);
  CHECK(pair.outbox->finish("answer", false));
  CHECK(pair.outbox->state() == Outbox::State::answering);
  CHECK(pair.outbox->stalled_since());
  CHECK(pair.calls.connections.size() == 1);
  pair.drain();
  pair.outbox->flush();
  CHECK(pair.outbox->state() == Outbox::State::quiet);
  CHECK_FALSE(pair.outbox->stalled_since());
  CHECK(pair.drain() == "answer");
}

TEST_CASE("a peer that is gone fails what is sent to it") {
  Pair pair;
  pair.outbox->open_answer(false);
  ::close(pair.peer);
  pair.peer = -1;
  CHECK(pair.outbox->append("one") == Outbox::Sent::gone);
  CHECK_FALSE(pair.outbox->finish("two", false));
  CHECK(pair.outbox->state() == Outbox::State::failed);
  CHECK(pair.calls.connections.size() == 1);
}

TEST_CASE("where no memory is left for an answer, its connection ends") {
  Pair pair;
  const std::shared_ptr<Outbox> outbox = std::move(pair.outbox);
  host::Exchange exchange(outbox, {});
  outbox->open_answer(false);
  // It is longer than any string can be, and nobody looks at its bytes.
  const std::string_view endless("", std::string().max_size());
  CHECK(exchange.respond(200, {}, endless) == XP_GONE);
  CHECK(outbox->state() == Outbox::State::failed);
  CHECK(pair.calls.connections == std::vector<uint64_t>{7});
}
