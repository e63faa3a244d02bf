// SPDX-License-Identifier: MIT
#include <httplib.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdlib>

#include "base/clock.h"
#include "support/catch.h"
#include "unit/webhook/http_endpoint.h"
#include "webhook/sender.h"

using namespace restanza;
using namespace restanza::webhook;
using End = Outcome::End;

namespace {

// A key and a certificate for 127.0.0.1 that it has signed itself.
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
    X509_set_pubkey(certificate, key);
    X509_sign(certificate, key, EVP_sha256());
  }
  ~Identity() {
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
};

struct TlsEndpoint {
  Identity identity;
  httplib::SSLServer server{identity.certificate, identity.key};
  int port = 0;
  std::thread thread;

  TlsEndpoint() {
    server.Post("/x", [](const httplib::Request& request, httplib::Response& answer) {
      answer.set_content(request.body + std::string(90000, 'x'), "text/plain");
    });
    port = server.bind_to_any_port("127.0.0.1");
    thread = std::thread([this] { server.listen_after_bind(); });
  }
  ~TlsEndpoint() {
    server.stop();
    thread.join();
  }
  std::string url() const { return "https://127.0.0.1:" + std::to_string(port) + "/x"; }
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

// The last of so many requests with one sender.
Outcome post(const Settings& settings, int times) {
  SystemClock clock;
  Timer timer(clock);
  timer.start();
  Sender sender(*Url::parse(settings.url), settings, timer);
  const Post post{"/x", "application/xmpp+xml", "", "<message/>"};
  for (int i = 1; i < times; ++i) sender.post(post);
  return sender.post(post);
}

Outcome post_twice(const Settings& settings) {
  return post(settings, 2);
}

}  // namespace

TEST_CASE("over TLS an endpoint is reached whose certificate is trusted, and no other") {
  TlsEndpoint endpoint;
  REQUIRE(endpoint.port > 0);
  const Outcome stranger = post_twice(settings_for(endpoint));
  CHECK(stranger.end == End::unreachable);
  CHECK_THAT(stranger.detail, Catch::Contains("the TLS certificate was not accepted: self"));

  const Pem pem(endpoint.identity);
  const Trusted trusted(pem);
  const Outcome known = post_twice(settings_for(endpoint));
  CHECK(known.detail.empty());
  CHECK(known.end == End::answered);
  CHECK(known.status == 200);
  CHECK(known.body == "<message/>" + std::string(90000, 'x'));
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
  CHECK_THAT(stranger.detail, Catch::Contains("TLS certificate was not accepted"));
  settings.ca_file = "/nonexistent";
  CHECK(post_twice(settings).end == End::unreachable);
  CHECK(post(settings, 1).detail == "no CA certificates could be read from '/nonexistent'");
}

TEST_CASE("a certificate must be for the host that was asked for") {
  TlsEndpoint endpoint;
  const Pem pem(endpoint.identity);
  Settings settings = settings_for(endpoint);
  settings.ca_file = pem.path;
  settings.url = "https://localhost:" + std::to_string(endpoint.port) + "/x";
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
