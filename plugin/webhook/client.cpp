// SPDX-License-Identifier: MIT
#include "webhook/client.h"

#include <openssl/x509_vfy.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "webhook/answer_stream.h"
#include "webhook/connecting.h"

namespace restanza::webhook {
namespace {

// The client's own timeouts stand behind the deadline, for the case that the timer thread has ended.
constexpr std::chrono::seconds kBehind{1};

// Of what is read for one body byte; chunks of a single byte need six.
constexpr size_t kRawPerByte = 8;

// Bounds what the TLS library does with the socket by itself.
void set_patience(int socket, std::chrono::milliseconds patience) {
  timeval time{};
  time.tv_sec = static_cast<time_t>(patience.count() / 1000);
  time.tv_usec = static_cast<suseconds_t>(patience.count() % 1000 * 1000);
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
}

template <class Base>
class Bounded final : public Base {
 public:
  Bounded(const Url& url, const Settings& settings, Watchdog& watchdog, Connecting& connecting)
      : Base(url.host, url.port),
        url_(url),
        public_only_(settings.public_only),
        max_raw_(AnswerStream::kMaxHead + kRawPerByte * settings.max_answer),
        patience_(settings.timeout + kBehind),
        watchdog_(watchdog),
        connecting_(connecting) {
    Base::set_keep_alive(true);
    Base::set_follow_location(false);
    Base::set_decompress(false);              // a small answer must not become a large one
    Base::set_url_encode(false);              // the target is encoded already
    Base::set_connection_timeout(patience_);  // for the TLS handshake
    Base::set_read_timeout(patience_);
    Base::set_write_timeout(patience_);
  }

 private:
  bool create_and_connect_socket(typename Base::Socket& socket, httplib::Error& error) override {
    const auto connected = connect_to(url_, public_only_, connecting_.until, watchdog_);
    connecting_.failure = connected ? "" : connected.error().text;
    error = connected ? httplib::Error::Success : httplib::Error::Connection;
    if (!connected) return false;
    set_patience(*connected, patience_);
    socket.sock = *connected;
    return true;
  }

  bool process_socket(const typename Base::Socket& socket,
                      std::function<bool(httplib::Stream&)> exchange) override {
    if (watchdog_.cut() != Watchdog::Cut::no) return false;  // while it connected
    AnswerStream stream(socket.sock, socket.ssl, max_raw_, patience_);
    return exchange(stream);
  }

  const Url url_;
  const bool public_only_;
  const size_t max_raw_;
  const std::chrono::milliseconds patience_;
  Watchdog& watchdog_;
  Connecting& connecting_;
};

}  // namespace

std::unique_ptr<httplib::ClientImpl> client_for(const Url& url, const Settings& settings, Watchdog& watchdog,
                                                Connecting& connecting) {
  if (!url.tls) return std::make_unique<Bounded<httplib::ClientImpl>>(url, settings, watchdog, connecting);
  auto client = std::make_unique<Bounded<httplib::SSLClient>>(url, settings, watchdog, connecting);
  if (!settings.ca_file.empty()) client->set_ca_cert_path(settings.ca_file);
  client->enable_server_certificate_verification(settings.tls_verify);
  return client;
}

std::string reason_of(httplib::Error error, const httplib::ClientImpl& client, const Settings& settings,
                      const Connecting& connecting) {
  switch (error) {
    case httplib::Error::Connection:
      return connecting.failure;
    case httplib::Error::Write:
      return "the connection broke while the request was sent";
    case httplib::Error::Read:
      return "the connection broke before a whole answer was there, or what came is no HTTP answer";
    case httplib::Error::SSLConnection:
      return "the TLS handshake failed";
    case httplib::Error::SSLLoadingCerts:
      return "no CA certificates could be read from '" + settings.ca_file + "'";
    case httplib::Error::SSLServerVerification: {
      const long result = dynamic_cast<const httplib::SSLClient&>(client).get_openssl_verify_result();
      return std::string("the TLS certificate was not accepted: ") +
             (result == X509_V_OK ? "it is not for this host" : ::X509_verify_cert_error_string(result));
    }
    default:
      return "the HTTP client gave up: " + httplib::to_string(error);
  }
}

}  // namespace restanza::webhook
