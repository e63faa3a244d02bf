// SPDX-License-Identifier: MIT
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "base/large_stack_thread.h"
#include "support/catch.h"
#include "unit/webhook/http_endpoint.h"
#include "webhook/http/http_transport.h"

using namespace restanza;
using namespace restanza::webhook;
using End = Outcome::End;

namespace {

// A key and a certificate that it has signed itself, for the address 127.0.0.1: as RFC 9110 section 4.3.4
// demands of an address, it stands among the alternative names.
struct Identity {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();

  Identity() {
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_NAME* name = X509_get_subject_name(certificate);
    const std::string host = "127.0.0.1";
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(host.data()),
                               -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_EXTENSION* names =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, ("IP:" + host).c_str());
    X509_add_ext(certificate, names, -1);
    X509_EXTENSION_free(names);
    X509_set_pubkey(certificate, key);
    X509_sign(certificate, key, EVP_sha256());
  }
  ~Identity() {
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
};

// One session of a TLS server; every write is a record of its own.
class Session {
 public:
  Session(SSL_CTX* context, int connection) : session_(SSL_new(context)) {
    SSL_set_fd(session_, connection);
    open_ = SSL_accept(session_) == 1;
  }
  ~Session() { SSL_free(session_); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Its head, or nothing once the peer has gone; a body of a few bytes comes with it.
  std::string request() {
    std::string text;
    char buffer[4096];
    while (open_ && text.find("\r\n\r\n") == std::string::npos) {
      const int got = SSL_read(session_, buffer, sizeof buffer);
      if (got <= 0) return {};
      text.append(buffer, static_cast<size_t>(got));
    }
    return text;
  }
  bool send(const std::string& bytes) {
    return open_ && SSL_write(session_, bytes.data(), static_cast<int>(bytes.size())) > 0;
  }
  void close() { SSL_shutdown(session_); }

 private:
  SSL* const session_;
  bool open_ = false;
};

struct TlsEndpoint {
  using Serve = std::function<void(Session&)>;

  Identity identity;
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  Collected<std::string> requests;
  std::unique_ptr<HttpEndpoint> endpoint;

  explicit TlsEndpoint(Serve serve) {
    SSL_CTX_use_certificate(context, identity.certificate);
    SSL_CTX_use_PrivateKey(context, identity.key);
    endpoint = std::make_unique<HttpEndpoint>([this, serve = std::move(serve)](int connection, size_t) {
      sigset_t pipe;  // OpenSSL writes without MSG_NOSIGNAL
      sigemptyset(&pipe);
      sigaddset(&pipe, SIGPIPE);
      pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
      Session session(context, connection);
      serve(session);
    });
  }
  TlsEndpoint()
      : TlsEndpoint([this](Session& session) {
          for (;;) {
            const std::string request = session.request();
            if (request.empty()) return;
            requests.add(request);
            if (!session.send(response(200, "text/plain", std::string(90000, 'x')))) return;
          }
        }) {}
  ~TlsEndpoint() {
    endpoint.reset();
    SSL_CTX_free(context);
  }
  std::string url() const { return "https" + endpoint->url("/x").substr(4); }
};

// The certificate in a file.
struct Pem {
  char path[32] = "/tmp/restanza-tls-XXXXXX";
  explicit Pem(const Identity& identity) {
    FILE* file = ::fdopen(::mkstemp(path), "w");
    PEM_write_X509(file, identity.certificate);
    std::fclose(file);
  }
  ~Pem() { ::unlink(path); }
};

// For as long as it lives, certificates in the file count as trusted by the system.
struct Trusted {
  explicit Trusted(const Pem& pem) { ::setenv("SSL_CERT_FILE", pem.path, 1); }
  ~Trusted() { ::unsetenv("SSL_CERT_FILE"); }
};

Settings settings_for(const TlsEndpoint& endpoint) {
  Settings settings;
  settings.url = endpoint.url();
  settings.timeout = kPatience;
  return settings;
}

// The last of so many requests with one transport.
Outcome post(const Settings& settings, int times) {
  SystemClock clock;
  Timer timer(clock);
  timer.start();
  HttpTransport transport(*Url::parse(settings.url), settings, timer);
  const Post post{"/x", "application/xmpp+xml", "", "<message/>"};
  Outcome last;
  LargeStackThread("requests", kTransportStack, [&] {
    for (int i = 0; i < times; ++i) last = transport.post(post, kPatience);
  }).join();
  return last;
}

// How a delivery ends whose endpoint sends these records, and then closes TLS or breaks off.
Outcome outcome_of(const std::vector<std::string>& records, bool closes = true) {
  const TlsEndpoint endpoint([&](Session& session) {
    session.request();
    for (const std::string& record : records) {
      if (!session.send(record)) return;
    }
    if (closes) session.close();
  });
  Settings settings = settings_for(endpoint);
  settings.tls_verify = false;
  settings.max_answer = 100;
  return post(settings, 1);
}

Outcome post_twice(const Settings& settings) {
  return post(settings, 2);
}

}  // namespace

TEST_CASE("over TLS an endpoint is reached whose certificate is trusted, and no other") {
  TlsEndpoint endpoint;
  const Outcome stranger = post_twice(settings_for(endpoint));
  CHECK(stranger.end == End::unreachable);
  CHECK_THAT(stranger.detail, Contains("the TLS certificate was not accepted: self"));

  const Pem pem(endpoint.identity);
  const Trusted trusted(pem);
  const Outcome known = post_twice(settings_for(endpoint));
  CHECK(known.detail == "");
  CHECK(known.end == End::answered);
  CHECK(known.status == 200);
  CHECK(known.body == std::string(90000, 'x'));
  CHECK(endpoint.requests.now().size() == 2);
  CHECK(endpoint.endpoint->connections() == 3);
}

TEST_CASE("a CA file says whom one endpoint is trusted by, instead of the system") {
  TlsEndpoint endpoint, other;
  const Pem pem(endpoint.identity), others(other.identity);
  Settings settings = settings_for(endpoint);
  settings.ca_file = pem.path;
  CHECK(post_twice(settings).end == End::answered);
  settings.ca_file = others.path;
  const Trusted trusted(pem);
  const Outcome stranger = post_twice(settings);
  CHECK(stranger.end == End::unreachable);
  CHECK_THAT(stranger.detail, Contains("TLS certificate was not accepted"));
  settings.ca_file = "/nonexistent";
  CHECK(post_twice(settings).end == End::unreachable);
  CHECK(post(settings, 1).detail == "no CA certificates could be read from '/nonexistent'");
}

TEST_CASE("a certificate must be for the host that was asked for") {
  TlsEndpoint endpoint;
  const Pem pem(endpoint.identity);
  Settings settings = settings_for(endpoint);
  settings.ca_file = pem.path;
  settings.url = "https://localhost" + endpoint.url().substr(17);
  const Outcome outcome = post_twice(settings);
  CHECK(outcome.end == End::unreachable);
  CHECK(outcome.detail == "the TLS certificate was not accepted: it is not for this host");
}

TEST_CASE("verification can be switched off by name") {
  TlsEndpoint endpoint;
  Settings settings = settings_for(endpoint);
  settings.tls_verify = false;
  const Outcome outcome = post_twice(settings);
  CHECK(outcome.end == End::answered);
  CHECK(outcome.status == 200);
}

TEST_CASE("TLS to an endpoint that speaks something else fails with its reason") {
  HttpEndpoint endpoint(
      [](int connection, size_t) { send_all(connection, "HTTP/1.1 400 Bad Request\r\n\r\n"); });
  Settings settings;
  settings.url = "https" + endpoint.url().substr(4);
  settings.timeout = kPatience;
  const Outcome outcome = post_twice(settings);
  CHECK(outcome.end == End::unreachable);
  CHECK(outcome.detail == "the TLS handshake failed");
}

TEST_CASE("over TLS an answer's records may begin and end anywhere") {
  std::vector<std::string> bytes;
  for (const char byte : response(200, "text/plain", "x")) bytes.emplace_back(1, byte);
  const Outcome outcome = outcome_of(bytes);
  CHECK(outcome.status == 200);
  CHECK(outcome.body == "x");
}

TEST_CASE("over TLS an answer has the bounds of any") {
  const std::string phrase(16000, 'x'), filling(16000, 'x');
  CHECK(outcome_of({"HTTP/1.1 200 " + phrase, phrase, phrase}).end == End::unreachable);
  CHECK(outcome_of({"HTTP/1.1 200 OK\r\nX: ", filling, filling, filling, "\r\n\r\n"}).end ==
        End::unreachable);
  const Outcome longer = outcome_of({"HTTP/1.1 200 OK\r\n\r\n", filling});
  CHECK(longer.end == End::answered);
  CHECK(longer.truncated);
}

TEST_CASE(
    "over TLS an answer without a length ends with the connection, and one with a length must be whole") {
  CHECK(outcome_of({"HTTP/1.1 200 OK\r\n\r\n", "body"}).body == "body");
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n";
  CHECK(outcome_of({head, "body", "body"}, false).body == "bodybody");
  CHECK(outcome_of({head, "body"}, false).end == End::unreachable);
}

TEST_CASE("a transport to an endpoint that has gone ends without a signal") {
  for (int i = 0; i < 20; ++i) {
    const TlsEndpoint endpoint([&](Session& session) {
      session.request();
      session.send(response(200, "text/plain", "x"));
    });
    Settings settings = settings_for(endpoint);
    settings.tls_verify = false;
    CHECK(post(settings, 1).status == 200);
  }
}

TEST_CASE("over TLS what came behind an answer in its record is not taken for the next answer") {
  std::atomic<int> requests{0};
  const TlsEndpoint endpoint([&](Session& session) {
    while (!session.request().empty()) {
      const std::string own = std::to_string(++requests);
      if (!session.send(response(200, "text/plain", own) + response(200, "text/plain", "forged"))) return;
    }
  });
  Settings settings = settings_for(endpoint);
  settings.tls_verify = false;
  CHECK(post(settings, 1).body == "1");
  CHECK(post(settings, 2).body == "3");
  CHECK(endpoint.endpoint->connections() == 3);
}

TEST_CASE("over TLS too a kept connection that breaks as a request comes is no failure") {
  const bool closes = GENERATE(true, false);  // TLS, before the connection
  std::atomic<int> requests{0};
  const TlsEndpoint endpoint([&](Session& session) {
    for (bool kept = false; !session.request().empty(); kept = true) {
      if (++requests == 2 && kept) {
        if (closes) session.close();
        return;
      }
      if (!session.send(response(200, "text/plain", "x"))) return;
    }
  });
  Settings settings = settings_for(endpoint);
  settings.tls_verify = false;
  CHECK(post(settings, 3).status == 200);
  CHECK(requests == 4);
  CHECK(endpoint.endpoint->connections() == 2);
}
