// SPDX-License-Identifier: MIT
// The front with TLS, over real sockets and the client of the same library.
#include <thread>

#include "front_fixture.h"
#include "support/catch.h"
#include "support/directory.h"
#include "tls_client.h"

using namespace restanza;
using namespace std::chrono_literals;

namespace {

struct Secured {
  Directory directory;
  host::FrontSettings settings;

  explicit Secured(const std::string& name = "first") {
    settings.tls = identity_in(directory.path(), make_pem(name));
  }
};

}  // namespace

TEST_CASE("requests are answered over TLS, one after the other on one connection") {
  Secured secured;
  FrontFixture at(secured.settings);
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    CAPTURE(version);
    TlsClient client(at.port, [&](SSL* ssl) { SSL_set_max_proto_version(ssl, version); });
    REQUIRE(client.shake_hands());
    CHECK(SSL_version(client.ssl()) == version);
    CHECK(client.name() == "first");
    CHECK(client.exchange(post("/now", "one")).body == "POST /now one");
    CHECK(client.exchange(post("/now", "two")).body == "POST /now two");
    client.send(get("/now/1") + get("/now/2") + get("/now/3"));
    for (const char* target : {"GET /now/1 ", "GET /now/2 ", "GET /now/3 "})
      CHECK(client.answer().body == target);
  }
}

TEST_CASE("versions before TLS 1.2 are refused") {
  Secured secured;
  FrontFixture at(secured.settings);
  TlsClient client(at.port, [](SSL* ssl) {
    SSL_set_security_level(ssl, 0);
    SSL_set_min_proto_version(ssl, TLS1_VERSION);
    SSL_set_max_proto_version(ssl, TLS1_1_VERSION);
    SSL_set_cipher_list(ssl, "ALL:@SECLEVEL=0");
  });
  CHECK_FALSE(client.shake_hands());
  TlsClient good(at.port);
  CHECK(good.exchange(get("/now")).status == 200);
}

TEST_CASE("http/1.1 is chosen among what a client offers, and nothing that is not spoken here") {
  Secured secured;
  FrontFixture at(secured.settings);
  const auto offering = [](std::string_view protocols) {
    return [protocols](SSL* ssl) {
      SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(protocols.data()),
                          static_cast<unsigned>(protocols.size()));
    };
  };
  TlsClient both(at.port, offering("\x02h2\x08http/1.1"));
  REQUIRE(both.shake_hands());
  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(both.ssl(), &chosen, &size);
  CHECK(std::string(reinterpret_cast<const char*>(chosen), size) == "http/1.1");
  CHECK(both.exchange(get("/now")).status == 200);
  TlsClient other(at.port, offering("\x02h2"));
  CHECK_FALSE(other.shake_hands());
}

TEST_CASE("a client cannot renegotiate") {
  Secured secured;
  FrontFixture at(secured.settings);
  TlsClient client(at.port, [](SSL* ssl) { SSL_set_max_proto_version(ssl, TLS1_2_VERSION); });
  CHECK(client.exchange(get("/now")).status == 200);
  CHECK((SSL_renegotiate(client.ssl()) != 1 || SSL_do_handshake(client.ssl()) != 1));
  CHECK(TlsClient(at.port).exchange(get("/now")).status == 200);
}

TEST_CASE("a client that changes its keys is served on") {
  Secured secured;
  FrontFixture at(secured.settings);
  TlsClient client(at.port, [](SSL* ssl) { SSL_set_min_proto_version(ssl, TLS1_3_VERSION); });
  CHECK(client.exchange(get("/now")).status == 200);
  for (int i = 0; i < 50; ++i) {
    REQUIRE(SSL_key_update(client.ssl(), SSL_KEY_UPDATE_REQUESTED) == 1);
    REQUIRE(SSL_do_handshake(client.ssl()) == 1);
  }
  CHECK(client.exchange(post("/now", "after")).body == "POST /now after");
}

TEST_CASE("a session is taken up again with its ticket") {
  Secured secured;
  FrontFixture at(secured.settings);
  TlsClient first(at.port);
  CHECK(first.exchange(get("/now")).status == 200);
  SSL_SESSION* session = SSL_get1_session(first.ssl());
  TlsClient second(at.port, [&](SSL* ssl) { SSL_set_session(ssl, session); });
  SSL_SESSION_free(session);
  CHECK(second.exchange(get("/now")).status == 200);
  CHECK(SSL_session_reused(second.ssl()) == 1);
}

TEST_CASE("bodies and answers that are larger than any buffer arrive whole") {
  Secured secured;
  const std::string large(3 * 1024 * 1024, 'x');
  FrontFixture at(secured.settings, FrontFixture::echo, large.size());
  TlsClient client(at.port);
  CHECK((client.exchange(post("/now", large)).body == "POST /now " + large));  // not printed
  CHECK(client.exchange(post("/now", "small")).body == "POST /now small");
}

TEST_CASE("a client that reads late gets its answer as it reads") {
  Secured secured;
  const std::string large(8 * 1024 * 1024, 'x');
  FrontFixture at(secured.settings, [&](host::Front& front, host::ExchangeId id, const host::HttpRequest&) {
    front.respond(id, 200, {}, large);
  });
  TlsClient client(at.port, {}, 4096);
  client.send(get("/now") + get("/now"));
  TlsClient other(at.port);
  other.send(get("/now", "Connection: close\r\n"));
  CHECK((client.answer().body == large));
  CHECK((client.answer().body == large));
  CHECK((other.answer().body == large));
  CHECK(other.ended());
  CHECK(other.saw_close_notify());
}

TEST_CASE("a stream over TLS waits for room and is told when there is some") {
  Secured secured;
  secured.settings.max_stream_buffer = 1024;
  FrontFixture at(secured.settings);
  TlsClient client(at.port, {}, 4096);
  client.send(get("/park"));
  const auto parked = at.parked.next();
  REQUIRE(parked);
  Arrivals<int> room;
  CHECK(at.front.watch(parked->id, {nullptr, [&] { room.add(1); }}) == XP_OK);
  CHECK(at.front.begin(parked->id, 200, {}) == XP_OK);
  const std::string chunk(1024, 'c');
  size_t taken = 0;
  while (taken < 1000000 && at.front.write(parked->id, chunk) == XP_OK) ++taken;
  REQUIRE(taken < 1000000);
  std::string received;
  std::thread reading([&] { received = client.rest(); });
  CHECK(room.next());
  CHECK(at.front.write(parked->id, chunk) == XP_OK);
  CHECK(at.front.end(parked->id) == XP_OK);
  at.front.refuse_new();
  client.half_close();
  reading.join();
  const std::string frame = "400\r\n" + chunk + "\r\n";
  CHECK(received.size() > (taken + 1) * frame.size());
  CHECK(received.substr(received.size() - 5) == "0\r\n\r\n");
}

TEST_CASE("a stream that is cut off ends without the word that it is complete") {
  Secured secured;
  FrontFixture at(secured.settings);
  for (const bool whole : {true, false}) {
    CAPTURE(whole);
    TlsClient client(at.port, [](SSL* ssl) { SSL_clear_options(ssl, SSL_OP_IGNORE_UNEXPECTED_EOF); });
    client.send("GET /park HTTP/1.0\r\n\r\n");  // its body ends where the connection does
    const auto parked = at.parked.next();
    REQUIRE(parked);
    CHECK(at.front.begin(parked->id, 200, {}) == XP_OK);
    CHECK(at.front.write(parked->id, "something") == XP_OK);
    if (whole) {
      CHECK(at.front.end(parked->id) == XP_OK);
    } else {
      CHECK(at.front.respond(parked->id, 500, {}, "") == XP_INVALID);
    }
    CHECK(client.rest().find("something") != std::string::npos);
    CHECK(client.saw_close_notify() == whole);
  }
}

TEST_CASE("answers from several threads cross requests that arrive") {
  Secured secured;
  FrontFixture at(secured.settings);
  TlsClient client(at.port);
  constexpr int kRounds = 200;
  std::thread answering([&] {
    for (int i = 0; i < kRounds; ++i) {
      const auto parked = at.parked.next();
      if (!parked) return;
      at.front.respond(parked->id, 200, {}, std::to_string(i));
    }
  });
  std::string all;
  for (int i = 0; i < kRounds; ++i) all += get("/park");
  CHECK(client.send(all));
  for (int i = 0; i < kRounds; ++i) CHECK(client.answer().body == std::to_string(i));
  answering.join();
}

TEST_CASE("a client that leaves is noticed, with and without a word of TLS") {
  Secured secured;
  FrontFixture at(secured.settings);
  for (const bool politely : {true, false}) {
    CAPTURE(politely);
    Arrivals<int> gone;
    TlsClient client(at.port);
    client.send(get("/park"));
    const auto parked = at.parked.next();
    REQUIRE(parked);
    CHECK(at.front.watch(parked->id, {[&] { gone.add(1); }, nullptr}) == XP_OK);
    if (politely) client.close_notify();
    client.close();
    CHECK(gone.next());
    CHECK(at.front.respond(parked->id, 200, {}, "") == XP_GONE);
  }
}

TEST_CASE("a client that has said all it has to say still gets an answer that comes at once") {
  Secured secured;
  FrontFixture at(secured.settings);
  TlsClient client(at.port);
  client.send(get("/now/1") + get("/now/2"));
  client.close_notify();
  client.half_close();
  CHECK(client.answer().body == "GET /now/1 ");
  CHECK(client.answer().body == "GET /now/2 ");
  CHECK(client.ended());
  CHECK(client.saw_close_notify());
}

TEST_CASE("plain HTTP on a port with TLS is told so") {
  Secured secured;
  FrontFixture at(secured.settings);
  for (const std::string& request : {get("/now"), post("/now", std::string(1024 * 1024, 'x'))}) {
    RawClient client(at.port);
    client.send(request);
    const auto answer = client.answer();
    CHECK(answer.status == 400);
    CHECK(answer.body == "this port speaks TLS: the address begins with https\n");
    CHECK(answer.has("Connection: close\r\n"));
  }
  CHECK(TlsClient(at.port).exchange(get("/now")).status == 200);
}

TEST_CASE("bytes that are neither end the connection") {
  Secured secured;
  FrontFixture at(secured.settings);
  for (const std::string& bytes :
       {std::string(100, '\0'), std::string(100, '\xff'), std::string("SSH-2.0-x\r\n"),
        std::string("\x16\x03\x01\x00\x05hello", 10)}) {
    RawClient client(at.port);
    client.send(bytes);
    CHECK(client.rest().find("HTTP") == std::string::npos);
  }
  RawClient leaving(at.port);
  leaving.send(std::string("\x16\x03\x01", 3));
  leaving.close();
  CHECK(TlsClient(at.port).exchange(get("/now")).status == 200);
}

TEST_CASE("a handshake has as long as a request, at whatever point it stops") {
  Secured secured;
  secured.settings.request_time = 200ms;
  secured.settings.idle_time = 60s;
  FrontFixture at(secured.settings);
  for (const std::string& part :
       {std::string(), std::string("\x16"), std::string("\x16\x03\x01\x02\x00\x01", 6)}) {
    RawClient client(at.port);
    client.send(part);
    CHECK(client.ended());
  }
  int status = 0;
  for (int tries = 0; tries < 5 && status == 0; ++tries) {  // a handshake may take too long
    TlsClient slow(at.port);
    if (!slow.shake_hands()) continue;
    slow.send("GET /now HTTP/1.1\r\n");
    status = slow.answer().status;
  }
  CHECK(status == 408);
}

TEST_CASE("an idle connection is closed in order") {
  Secured secured;
  secured.settings.idle_time = 200ms;
  FrontFixture at(secured.settings);
  const auto client = served_client<TlsClient>(at.port, get("/now"));
  REQUIRE(client);
  CHECK(client->ended());
  CHECK(client->saw_close_notify());
}

TEST_CASE("a new certificate is for new connections, and old ones go on") {
  Secured secured;
  FrontFixture at(secured.settings);
  TlsClient old(at.port);
  CHECK(old.exchange(get("/now")).status == 200);
  CHECK(old.name() == "first");
  at.front.renew(identity_in(secured.directory.path(), make_pem("second")));
  secured.settings.tls.reset();
  TlsClient fresh(at.port);
  CHECK(fresh.exchange(get("/now")).status == 200);
  CHECK(fresh.name() == "second");
  CHECK(old.exchange(post("/now", "still")).body == "POST /now still");
}

TEST_CASE("a Unix socket beside a port with TLS speaks plain HTTP") {
  Secured secured;
  const std::string path = secured.directory.path() + "/http.sock";
  secured.settings.listen = {{"", 0, path}, {"127.0.0.1", 0, ""}};
  FrontFixture at(secured.settings);
  CHECK(RawClient(path).exchange(get("/now")).status == 200);
  CHECK(TlsClient(at.port).exchange(get("/now")).status == 200);
}
