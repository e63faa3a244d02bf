// SPDX-License-Identifier: MIT
#include "webhook/http/http_transport.h"

#include <httplib.h>
#include <netinet/tcp.h>
#include <openssl/x509_vfy.h>

#include <algorithm>

#include "base/pipe_signal.h"
#include "mapping/media_type.h"
#include "webhook/http/transports.h"
#include "webhook/request/retry_after.h"
#include "webhook/request/unpacking.h"

namespace restanza::webhook {
namespace {

using httplib::Error;
using std::chrono::milliseconds;

constexpr const char* kAborted = "deliveries are being stopped";
constexpr const char* kWrongHost = "the TLS certificate was not accepted: it is not for this host";

// The client's own timeouts stand behind the deadline, for the case that the timer thread has ended.
constexpr milliseconds kBehind{1000};

// Debian 12's client gives up where a trailer section (RFC 9112 section 7.1.2) begins, just as if the
// connection had broken there. So an answer that announced one is taken for whole where a chunk had ended.
#ifdef CPPHTTPLIB_MAX_LINE_LENGTH
constexpr bool kReadsTrailers = true;
#else
constexpr bool kReadsTrailers = false;
#endif

// What a connection may have brought that says nothing of its request: its end counts as one byte, and over
// TLS an alert comes before it, of 31 bytes at most in the cipher suites of TLS 1.3 and those with AEAD
// of 1.2.
constexpr uint64_t kEndOfStream = 1;
constexpr uint64_t kTlsAlert = 31;

// The Accept of a request: the formats that a reply may have.
const std::string& accepted() {
  static const std::string list = [] {
    std::string types;
    for (const mapping::Format format : mapping::kFormats)
      types.append(types.empty() ? "" : ", ").append(mapping::media_type(format));
    return types;
  }();
  return list;
}

std::string in_url(const std::string& host) {  // RFC 3986 section 3.2.2
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

std::string host_field(const Url& url) {  // RFC 9110 section 7.2
  const bool usual = url.port == (url.tls ? 443 : 80);
  return usual ? in_url(url.host) : in_url(url.host) + ":" + std::to_string(url.port);
}

// What stands in each request.
httplib::Headers common_headers(const Url& url, const Settings& settings) {
  httplib::Headers headers{
      {"Host", host_field(url)}, {"Accept-Encoding", "identity"}, {"User-Agent", "Restanza"}};
  const std::string& authorization =
      settings.authorization.empty() ? url.authorization : settings.authorization;
  if (!authorization.empty()) headers.emplace("Authorization", authorization);
  return headers;
}

std::unique_ptr<httplib::Client> client_for(const Url& url, const Settings& settings, Watchdog& watchdog) {
  auto client =
      url.tls
          ? std::make_unique<httplib::Client>("https://" + in_url(url.host) + ":" + std::to_string(url.port))
          : std::make_unique<httplib::Client>(url.host, url.port);
  client->set_default_headers(common_headers(url, settings));
  client->set_keep_alive(true);
  client->set_follow_location(false);
  client->set_decompress(false);  // a small answer must not become a large one
  client->set_url_encode(false);  // the target is encoded already
  client->set_read_timeout(settings.timeout + kBehind);
  client->set_write_timeout(settings.timeout + kBehind);
  client->set_socket_options([&watchdog](socket_t socket) {
    const int yes = 1;  // a request and its end must not wait for each other's acknowledgements
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    watchdog.watch(socket);
  });
  if (url.tls) {
    if (!settings.ca_file.empty()) client->set_ca_cert_path(settings.ca_file);
    client->enable_server_certificate_verification(settings.tls_verify);
  }
  return client;
}

// A list that several fields of the name may make together (RFC 9110 section 5.3).
std::string all_of(const httplib::Response& response, const char* name) {
  std::string list;
  const auto [begin, end] = response.headers.equal_range(name);
  for (auto field = begin; field != end; ++field) list.append(list.empty() ? "" : ", ").append(field->second);
  return list;
}

bool never_has_body(int status) {  // RFC 9110 sections 15.3.6 and 15.4.5; a client may wait for one
  return status == 205 || status == 304;
}

// Later versions of the client have an error of its own for a connection that took too long.
template <class E>
auto not_connected(E error, int) -> decltype(E::ConnectionTimeout, bool()) {
  return error == E::Connection || error == E::ConnectionTimeout;
}
template <class E>
bool not_connected(E error, long) {
  return error == E::Connection;
}

// And one for a certificate that names another host.
template <class E>
auto wrong_host(E error, int) -> decltype(E::SSLServerHostnameVerification, bool()) {
  return error == E::SSLServerHostnameVerification;
}
template <class E>
bool wrong_host(E, long) {
  return false;
}

// What OpenSSL says of the certificate: later versions tell with the result, earlier ones with the client.
template <class Result, class Client>
auto verified(const Result& result, const Client&, int)
    -> decltype(static_cast<long>(result.ssl_backend_error())) {
  return static_cast<long>(result.ssl_backend_error());
}
template <class Result, class Client>
long verified(const Result&, const Client& client, long) {
  return client.get_openssl_verify_result();
}

// OpenSSL's context of a client with TLS: its function has another name in later versions.
template <class Client>
auto context_of(const Client& client, int) -> decltype(static_cast<SSL_CTX*>(client.tls_context())) {
  return static_cast<SSL_CTX*>(client.tls_context());
}
template <class Client>
SSL_CTX* context_of(const Client& client, long) {
  return client.ssl_context();
}

std::string reason_of(const httplib::Result& result, const httplib::Client& client,
                      const Settings& settings) {
  switch (result.error()) {
    case Error::Write:
      return "the connection broke while the request was sent";
    case Error::Read:
      return "the connection broke before a whole answer was there, or what came is no HTTP answer";
    case Error::SSLConnection:
      return "the TLS handshake failed";
    case Error::SSLLoadingCerts:
      return "no CA certificates could be read from '" + settings.ca_file + "'";
    case Error::SSLServerVerification:
      if (const long why = verified(result, client, 0); why != X509_V_OK) {
        return std::string("the TLS certificate was not accepted: ") + ::X509_verify_cert_error_string(why);
      }
      return kWrongHost;
    default:
      return wrong_host(result.error(), 0) ? kWrongHost
                                           : "the HTTP client gave up: " + httplib::to_string(result.error());
  }
}

}  // namespace

// The client matches a status line by a regular expression that calls itself for each character, some 320
// bytes of stack each. Debian's versions since 0.18 read lines of at most CPPHTTPLIB_MAX_LINE_LENGTH
// characters. Debian 12's 0.11 has no such limit: there this is enough for a line of all the bytes that an
// answer may have by default. The watchdog cuts longer ones, unless they come within Watchdog::kLook.
#ifdef CPPHTTPLIB_MAX_LINE_LENGTH
const size_t kTransportStack = size_t{1024} * CPPHTTPLIB_MAX_LINE_LENGTH + (size_t{8} << 20);
#else
const size_t kTransportStack = size_t{512} << 20;
#endif

Transports http_transports() {
  return {[](const Url& url, const Settings& settings, Timer& timer) {
            return std::make_unique<HttpTransport>(url, settings, timer);
          },
          kTransportStack};
}

HttpTransport::HttpTransport(Url url, const Settings& settings, Timer& timer, Resolve resolve)
    : url_(std::move(url)),
      settings_(settings),
      resolve_(std::move(resolve)),
      watchdog_(std::make_shared<Watchdog>(timer, kMaxHead + kRawPerByte * settings.max_answer)),
      client_(client_for(url_, settings_, *watchdog_)) {
  if (url_.tls) session_.watch(context_of(*client_, 0));
}

// The end of a TLS session is written to the peer, who may have gone.
HttpTransport::~HttpTransport() {
  const PipeSignalBlocked blocked;
  client_.reset();
}

Outcome HttpTransport::post(const Post& post, milliseconds within) {
  httplib::Request request;
  request.method = "POST";
  request.path = post.target;
  request.body = post.body;
  request.set_header("Content-Type", post.content_type);
  request.set_header("Accept", accepted());
  if (!post.language.empty()) request.set_header("Content-Language", post.language);
  for (const auto& [name, value] : post.headers) request.set_header(name, value);
  return send(request, within);
}

Outcome HttpTransport::options(const std::string& target, milliseconds within) {
  httplib::Request request;
  request.method = "OPTIONS";
  request.path = target;
  return send(request, within);
}

Outcome HttpTransport::send(httplib::Request& request, milliseconds within) {
  within = std::min(within, settings_.timeout);
  Outcome outcome;
  bool enough = false;     // what is wanted of the answer is here, though the client was stopped reading
  std::string refused;     // why the answer is none
  std::string coding;      // of its body
  bool announced = false;  // the answer comes in chunks, and says that fields stand behind them
  bool at_chunk_end = true;
  request.response_handler = [&](const httplib::Response& response) {
    if (outcome.status != 0) return true;  // the head was read before trailer fields were added to it
    if (response.status < 200 || response.status > 599) {
      refused = "it answered with the status " + std::to_string(response.status) + ", which ends no request";
      return false;
    }
    outcome.status = response.status;
    outcome.content_type = response.get_header_value("Content-Type");
    outcome.accept = all_of(response, "Accept");
    coding = all_of(response, "Content-Encoding");
    outcome.retry_after =
        parse_retry_after(response.get_header_value("Retry-After"), std::chrono::system_clock::now());
    announced = response.has_header("Transfer-Encoding") && response.has_header("Trailer");
    enough = never_has_body(response.status);
    return !enough;
  };
  request.content_receiver = [&](const char* data, size_t size, uint64_t offset, uint64_t length) {
    at_chunk_end = offset + size == length;  // of a chunk, where the body comes in chunks
    const size_t room = settings_.max_answer - outcome.body.size();
    outcome.body.append(data, std::min(size, room));
    enough = outcome.truncated = size > room;
    return !enough;
  };

  watchdog_->begin(within);
  try {
    outcome.detail = exchange(request, std::chrono::steady_clock::now() + within).failure;
    const bool gave_up = !outcome.detail.empty() && watchdog_->cut() == Watchdog::Cut::no;
    if (!kReadsTrailers && gave_up && announced && at_chunk_end) enough = true;
    unpack(outcome, coding, settings_.max_answer);
  } catch (const std::exception& error) {
    outcome.detail = error.what();
  }
  const Watchdog::Cut cut = watchdog_->finish();
  if (enough || outcome.detail.empty()) {
    outcome.end = Outcome::End::answered;
    outcome.detail.clear();
  } else if (cut == Watchdog::Cut::aborted) {
    outcome.end = Outcome::End::aborted;
    outcome.detail = kAborted;
  } else if (cut == Watchdog::Cut::late) {
    outcome.end = Outcome::End::timeout;
    outcome.detail = "no whole answer within " + std::to_string(within.count()) + " ms";
  } else if (cut == Watchdog::Cut::flooded) {
    outcome.detail = "its answer is more than " + std::to_string(settings_.max_answer) +
                     " bytes can need, with all that stands around them";
  } else if (!refused.empty()) {
    outcome.detail = refused;
  }
  return outcome;
}

HttpTransport::Attempt HttpTransport::exchange(const httplib::Request& request, Instant until) {
  if (watchdog_->cut() != Watchdog::Cut::no) return {false, kAborted};
  if (is_reusable()) {
    Attempt attempt = once(request);
    const bool again =
        !attempt.failure.empty() && broke_unheard() && std::chrono::steady_clock::now() < until;
    if (!again) return attempt;
  }
  session_.forget();
  client_->stop();
  return exchange_anew(request, until);
}

// What nobody asked for would be taken for the next answer.
bool HttpTransport::is_reusable() const {
  return watchdog_->quiet() && !session_.has_unread();
}

bool HttpTransport::broke_unheard() const {
  return watchdog_->cut() == Watchdog::Cut::no &&
         watchdog_->unheard(url_.tls ? kEndOfStream + kTlsAlert : kEndOfStream);
}

// Each address gets its share of the time, so that a silent one does not use up what the others need. The
// last one is ended by the watchdog, which knows what that means for the request.
HttpTransport::Attempt HttpTransport::exchange_anew(const httplib::Request& request, Instant until) {
  const auto addresses = resolve_(url_, settings_.public_only);
  if (!addresses) return {false, addresses.error().text};
  Attempt attempt{false, kAborted};
  auto others = static_cast<int>(addresses->size());
  for (const std::string& address : *addresses) {
    if (watchdog_->cut() != Watchdog::Cut::no) break;
    --others;
    const auto left = std::chrono::duration_cast<milliseconds>(until - std::chrono::steady_clock::now());
    const auto share = others == 0 ? settings_.timeout + kBehind : left / (others + 1);
    client_->set_connection_timeout(std::max(share, milliseconds(1)));
    client_->set_hostname_addr_map({{url_.host, address}});
    attempt = once(request);
    if (attempt.connected) break;
    attempt.failure = "could not connect to " + address + " port " + std::to_string(url_.port);
  }
  return attempt;
}

HttpTransport::Attempt HttpTransport::once(const httplib::Request& request) {
  const auto result = client_->send(request);
  if (!result) return {!not_connected(result.error(), 0), reason_of(result, *client_, settings_)};
  request.response_handler(*result);  // the client itself leaves it out where the status is 204
  return {};
}

void HttpTransport::abort() {
  watchdog_->abort();
}

}  // namespace restanza::webhook
