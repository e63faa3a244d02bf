// SPDX-License-Identifier: MIT
#include "webhook/answer_stream.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "base/clock.h"
#include "support/catch.h"
#include "unit/webhook/http_endpoint.h"
#include "webhook/sender.h"
#include "webhook/verdict.h"

using namespace restanza;
using namespace restanza::webhook;
using End = Outcome::End;

namespace {

const std::string kHints = "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload; as=style\r\n\r\n";
const std::string kEmpty = "HTTP/1.1 204 No Content\r\n\r\n";

enum class Afterwards { close, keep_open };

// How a delivery ends whose endpoint answers with these bytes.
Outcome outcome_of(const std::string& answer, Afterwards afterwards = Afterwards::close) {
  const HttpEndpoint endpoint([&](int connection, size_t) {
    read_request(connection);
    send_all(connection, answer);
    if (afterwards == Afterwards::keep_open) read_request(connection);  // ends when the client leaves
  });
  const SystemClock clock;
  Timer timer(clock);
  timer.start();
  Settings settings;
  settings.url = endpoint.url();
  settings.timeout = kPatience;
  settings.max_answer = 100;
  Sender sender(*Url::parse(settings.url), settings, timer);
  return sender.post({"/x", "application/xmpp+xml", "", "<message/>"});
}

// An answer stream on a socket that keeps the peer's packets apart, as a network may.
class Packets {
 public:
  explicit Packets(size_t max_raw = 100000) {
    REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends_.data()) == 0);
    stream = std::make_unique<AnswerStream>(ends_[0], nullptr, max_raw, std::chrono::milliseconds(0));
  }
  ~Packets() {
    ::shutdown(ends_[0], SHUT_RDWR);
    if (peer_.joinable()) peer_.join();
    for (const int end : ends_) ::close(end);
  }
  Packets(const Packets&) = delete;
  Packets& operator=(const Packets&) = delete;

  void send(const std::string& packet) const { REQUIRE(send_all(ends_[1], packet)); }
  void close() const { ::shutdown(ends_[1], SHUT_RDWR); }

  // In packets of `size` bytes, while the stream reads; then it closes.
  void send_by(size_t size, const std::string& bytes) {
    peer_ = std::thread([this, size, bytes] {
      for (size_t at = 0; at < bytes.size(); at += size) {
        if (!send_all(ends_[1], std::string_view(bytes).substr(at, size))) return;
      }
      close();
    });
  }

  ssize_t read(std::string& into, size_t most = 4096) const {
    into.resize(most);
    const ssize_t got = stream->read(into.data(), into.size());
    into.resize(got > 0 ? static_cast<size_t>(got) : 0);
    return got;
  }
  std::string all() const {
    std::string all, piece;
    while (read(piece) > 0) all += piece;
    return all;
  }

  std::unique_ptr<AnswerStream> stream;

 private:
  std::array<int, 2> ends_{};
  std::thread peer_;
};

}  // namespace

TEST_CASE("early hints come before the answer and are none") {
  const Outcome outcome = outcome_of(kHints + response(200, "text/plain", "x"));
  CHECK(outcome.end == End::answered);
  CHECK(outcome.status == 200);
  CHECK(outcome.content_type == "text/plain");
  CHECK(outcome.body == "x");
  CHECK(verdict_of(outcome) == Verdict::delivered);
}

TEST_CASE("any number of interim answers is passed over") {
  const std::string oldest = "HTTP/1.0 100 Continue\r\n\r\n", last = "HTTP/1.1 199\r\n\r\n";
  const std::string interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\nX: y\r\n\r\n" + kHints;
  for (const std::string& before : {interim, interim + interim, oldest, last + kHints}) {
    CAPTURE(before);
    const Outcome outcome = outcome_of(before + kEmpty, Afterwards::keep_open);
    CHECK(outcome.end == End::answered);
    CHECK(outcome.status == 204);
  }
  CHECK(outcome_of(kHints).end == End::unreachable);  // nothing follows
}

TEST_CASE("a protocol that nobody asked to switch to is no answer, and the delivery is tried again") {
  const std::string switching = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";
  for (const std::string& answer : {switching, switching + kEmpty, kHints + switching}) {
    CAPTURE(answer);
    const Outcome outcome = outcome_of(answer, Afterwards::keep_open);
    CHECK(outcome.end == End::unreachable);
    CHECK(worth_retrying(verdict_of(outcome)));
  }
}

TEST_CASE("a status that none can be ends the request at once") {
  for (const std::string status :
       {"010", "000", "099", "600", "999", "20", "2000", "-20", "+20", "2 0", "20x", " 200", ""}) {
    for (const std::string& before : {std::string(), kHints}) {
      CAPTURE(before, status);
      const Outcome outcome =
          outcome_of(before + "HTTP/1.1 " + status + " Phrase\r\n", Afterwards::keep_open);
      CHECK(outcome.end == End::unreachable);
      CHECK(worth_retrying(verdict_of(outcome)));
    }
  }
  CHECK(outcome_of("HTTP/1.1 999 Phrase\r\nContent-Length: 0\r\n\r\n").end == End::unreachable);
}

TEST_CASE("a first line that is no status line ends the request at once") {
  for (const std::string line :
       {"HTTP/1.1", "HTTP/2.0 200 OK", "http/1.1 200 OK", "HTTP/1.1 200 \r", "HTTP/1.1 200 O\rK", "",
        "<html>", "SSH-2.0-OpenSSH_9.2", "HTTP/1.1 200 OK\n", "HTTP/1.1 200\n", "\n"}) {
    CAPTURE(line);
    CHECK(outcome_of(line + "\r\n", Afterwards::keep_open).end == End::unreachable);
    CHECK(outcome_of(kHints + line + "\r\n", Afterwards::keep_open).end == End::unreachable);
  }
}

TEST_CASE("every status from 200 to 599 is an answer, with a phrase or without") {
  for (const std::string status : {"200", "299", "300", "404", "599", "599 ", "404 Not\tFound: \xc3\xa4"}) {
    CAPTURE(status);
    const Outcome outcome = outcome_of("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n");
    CHECK(outcome.end == End::answered);
    CHECK(std::to_string(outcome.status) == status.substr(0, 3));
  }
}

TEST_CASE("a field line that ends in a bare LF is passed over, also as the last one") {
  const std::string final = "HTTP/1.1 200 OK\r\nX: y\nContent-Length: 1\r\nX: y\n\r\nx";
  for (const std::string before : {"", "HTTP/1.1 103 Early Hints\r\nX: y\n\r\n"}) {
    CAPTURE(before);
    const Outcome outcome = outcome_of(before + final, Afterwards::keep_open);
    CHECK(outcome.status == 200);
    CHECK(outcome.body == "x");
  }
}

TEST_CASE("the heads of interim answers count together with the final one") {
  std::string hints;
  while (hints.size() + 2 * kHints.size() + kEmpty.size() <= AnswerStream::kMaxHead) hints += kHints;
  const auto filled = [&](size_t heads) {
    const std::string start = "HTTP/1.1 103 Early Hints\r\nX: ", end = "\r\n\r\n";
    const size_t fixed = hints.size() + start.size() + end.size() + kEmpty.size();
    return hints + start + std::string(heads - fixed, 'x') + end + kEmpty;
  };
  CHECK(outcome_of(filled(AnswerStream::kMaxHead)).status == 204);
  CHECK(outcome_of(filled(AnswerStream::kMaxHead + 1)).end == End::unreachable);
  CHECK(outcome_of(hints + hints, Afterwards::keep_open).end == End::unreachable);
}

TEST_CASE("an interim answer's status line has the bound of any") {
  const auto phrase = [](size_t line) {
    const std::string start = "HTTP/1.1 103 ";
    return start + std::string(line - start.size() - 1, 'x') + "\r\n\r\n" + kEmpty;
  };
  CHECK(outcome_of(phrase(AnswerStream::kMaxStatusLine)).status == 204);
  CHECK(outcome_of(phrase(AnswerStream::kMaxStatusLine + 1)).end == End::unreachable);
  const std::string no_end(AnswerStream::kMaxStatusLine + 1, 'x');
  CHECK(outcome_of(no_end, Afterwards::keep_open).end == End::unreachable);
}

TEST_CASE("a head without an end is given up at its bound") {
  const std::string endless = "HTTP/1.1 200 OK\r\nX: " + std::string(AnswerStream::kMaxHead, 'x');
  CHECK(outcome_of(endless, Afterwards::keep_open).end == End::unreachable);
  std::string bare = "HTTP/1.1 200 OK\r\n";
  while (bare.size() < AnswerStream::kMaxHead) bare += "X: y\n\n";
  CHECK(outcome_of(bare, Afterwards::keep_open).end == End::unreachable);
}

TEST_CASE("heads that come in single bytes are as good as any") {
  Packets packets;
  const std::string answer = response(200, "text/plain", "the body");
  packets.send_by(1, "HTTP/1.1 100 Continue\r\n\r\n" + kHints + answer);
  CHECK(packets.all() == answer);
}

TEST_CASE("the bound of heads is the same in packets of any size") {
  const std::string start = kHints + "HTTP/1.1 200 OK\r\nX: ", end = "\r\n\r\n";
  for (const size_t size : {1, 1000, 4096}) {
    for (const size_t past : {0, 1}) {
      CAPTURE(size, past);
      const size_t filling = AnswerStream::kMaxHead + past - start.size() - end.size();
      const std::string heads = start + std::string(filling, 'x') + end;
      Packets packets;
      packets.send_by(size, heads + "the body");
      CHECK(packets.all() == (past == 0 ? heads.substr(kHints.size()) + "the body" : ""));
    }
  }
}

TEST_CASE("one packet may hold interim answers, the head and the body") {
  Packets packets;
  const std::string answer = response(200, "text/plain", "the body");
  packets.send(kHints + kHints + answer);
  packets.close();
  CHECK(packets.all() == answer);
}

TEST_CASE("a head may end anywhere between two packets") {
  const std::string answer = response(200, "text/plain", "x"), both = kHints + answer;
  for (size_t cut = 1; cut < both.size(); ++cut) {
    CAPTURE(cut);
    Packets packets;
    packets.send(both.substr(0, cut));
    packets.send(both.substr(cut));
    packets.close();
    CHECK(packets.all() == answer);
  }
}

TEST_CASE("a connection that ends inside a head gives its end, and a bad head an error, each time") {
  std::string read;
  const std::string nearly = kEmpty.substr(0, kEmpty.size() - 1);
  for (const std::string& start : {nearly.substr(0, 0), nearly.substr(0, 10), nearly, kHints}) {
    CAPTURE(start);
    Packets packets;
    if (!start.empty()) packets.send(start);
    packets.close();
    CHECK(packets.read(read) == 0);
    CHECK(packets.read(read) == 0);
  }
  for (const std::string bad : {"HTTP/1.1 200 OK\n", "HTTP/1.1 999 High\r\n", "HTTP/1.1 101 Switch\r\n"}) {
    CAPTURE(bad);
    Packets packets;
    packets.send(kHints + bad);
    CHECK(packets.read(read) == -1);
    CHECK(packets.read(read) == -1);  // without waiting for more
  }
}

TEST_CASE("what is read altogether is bounded, interim answers included") {
  for (const size_t missing : {0, 1}) {
    Packets packets(kHints.size() + kEmpty.size() - missing);
    packets.send(kHints);
    packets.send(kEmpty);
    std::string read;
    CHECK(packets.read(read) == (missing == 0 ? static_cast<ssize_t>(kEmpty.size()) : -1));
    CHECK(packets.read(read) == -1);
  }
}

TEST_CASE("there is something to read where the socket has something, or the buffer after the head") {
  Packets packets;
  CHECK_FALSE(packets.stream->is_readable());
  packets.send(kEmpty + "x");
  CHECK(packets.stream->is_readable());
  std::string read;
  REQUIRE(packets.read(read, kEmpty.size()) == static_cast<ssize_t>(kEmpty.size()));
  CHECK(packets.stream->is_readable());
  REQUIRE(packets.read(read) == 1);
  CHECK_FALSE(packets.stream->is_readable());
  packets.close();
  CHECK(packets.stream->is_readable());  // its end
}

TEST_CASE("a head that is not whole is nothing to read, and goes on where the socket's patience ended") {
  Packets packets;
  const int socket = packets.stream->socket();
  REQUIRE(::fcntl(socket, F_SETFL, O_NONBLOCK) == 0);  // no patience at all
  std::string read;
  for (const std::string& part : {kHints.substr(0, 10), kHints.substr(10) + "HTTP/1.1 204 N"}) {
    packets.send(part);
    CHECK(packets.stream->is_readable());
    CHECK(packets.read(read) == -1);
    CHECK_FALSE(packets.stream->is_readable());
  }
  packets.send("o Content\r\n\r\n");
  CHECK(packets.read(read) > 0);
  CHECK(read == kEmpty);
}
