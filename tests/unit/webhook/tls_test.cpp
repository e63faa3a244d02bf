// SPDX-License-Identifier: MIT
#include <httplib.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdlib>

#include "base/clock.h"
#include "support/catch.h"
#include "unit/webhook/endpoint.h"
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

// For as long as it lives, certificates in the file count as trusted.
struct Trusted {
  char path[32] = "/tmp/restanza-tls-XXXXXX";
  explicit Trusted(const Identity& identity) {
    FILE* file = ::fdopen(::mkstemp(path), "w");
    PEM_write_X509(file, identity.certificate);
    std::fclose(file);
    ::setenv("SSL_CERT_FILE", path, 1);
  }
  ~Trusted() {
    ::unsetenv("SSL_CERT_FILE");
    ::unlink(path);
  }
};

Outcome post_twice(const TlsEndpoint& endpoint, Timer& timer) {
  Settings settings;
  settings.url = endpoint.url();
  settings.timeout = kPatience;
  Sender sender(*Url::parse(settings.url), settings, timer);
  const Post post{"/x", "application/xmpp+xml", "", "<message/>"};
  sender.post(post);
  return sender.post(post);
}

}  // namespace

TEST_CASE("over TLS an endpoint is reached whose certificate is trusted, and no other") {
  SystemClock clock;
  Timer timer(clock);
  timer.start();
  TlsEndpoint endpoint;
  REQUIRE(endpoint.port > 0);
  const Outcome stranger = post_twice(endpoint, timer);
  CHECK(stranger.end == End::unreachable);
  CHECK_THAT(stranger.detail, Catch::Contains("SSL"));

  const Trusted trusted(endpoint.identity);
  const Outcome known = post_twice(endpoint, timer);
  CHECK(known.detail.empty());
  CHECK(known.end == End::answered);
  CHECK(known.status == 200);
  CHECK(known.body == "<message/>" + std::string(90000, 'x'));
}
