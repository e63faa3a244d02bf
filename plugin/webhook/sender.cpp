// SPDX-License-Identifier: MIT
#include "webhook/sender.h"

#include <httplib.h>

#include <algorithm>

#include "webhook/answer_stream.h"

namespace restanza::webhook {
namespace {

constexpr const char* kAccept =
    "application/xmpp+xml, application/json, application/x-www-form-urlencoded, text/plain, application/cbor";

// The client's own timeouts stand behind the deadline, for the case that the timer thread has ended.
constexpr std::chrono::seconds kBehind{1};

// Of what is read for one body byte; chunks of a single byte need six.
constexpr size_t kRawPerByte = 8;

// httplib's client for http or https, reading through a bounded stream.
template <class Base>
class Bounded final : public Base {
 public:
  Bounded(const Url& url, size_t max_raw, std::chrono::milliseconds patience, const Watchdog& watchdog)
      : Base(url.host, url.port), max_raw_(max_raw), patience_(patience), watchdog_(watchdog) {}

 private:
  bool process_socket(const typename Base::Socket& socket,
                      std::function<bool(httplib::Stream&)> exchange) override {
    if (watchdog_.cut() != Watchdog::Cut::no) return false;  // while it connected
    AnswerStream stream(socket.sock, socket.ssl, max_raw_, patience_);
    return exchange(stream);
  }

  const size_t max_raw_;
  const std::chrono::milliseconds patience_;
  const Watchdog& watchdog_;
};

std::unique_ptr<httplib::ClientImpl> client_for(const Url& url, const Settings& settings,
                                                const Watchdog& watchdog) {
  const size_t max_raw = AnswerStream::kMaxHead + kRawPerByte * settings.max_answer;
  const auto patience = settings.timeout + kBehind;
  if (url.tls) return std::make_unique<Bounded<httplib::SSLClient>>(url, max_raw, patience, watchdog);
  return std::make_unique<Bounded<httplib::ClientImpl>>(url, max_raw, patience, watchdog);
}

bool never_has_body(int status) {  // RFC 9110 sections 15.2, 15.3.6 and 15.4.5; a client may wait for one
  return status < 200 || status == 205 || status == 304;
}

// A list that several fields of the name may make together (RFC 9110 section 5.3).
std::string all_of(const httplib::Response& response, const char* name) {
  std::string list;
  for (size_t i = 0; i < response.get_header_value_count(name); ++i) {
    list.append(list.empty() ? "" : ", ").append(response.get_header_value(name, i));
  }
  return list;
}

}  // namespace

Sender::Sender(const Url& url, const Settings& settings, Timer& timer)
    : authorization_(url.authorization),
      timeout_(settings.timeout),
      max_answer_(settings.max_answer),
      watchdog_(std::make_shared<Watchdog>(timer)),
      client_(client_for(url, settings, *watchdog_)) {
  client_->set_keep_alive(true);
  client_->set_tcp_nodelay(true);
  client_->set_follow_location(false);
  client_->set_decompress(false);  // a small answer must not become a large one
  client_->set_url_encode(false);  // the target is encoded already
  client_->set_connection_timeout(timeout_ + kBehind);
  client_->set_read_timeout(timeout_ + kBehind);  // for the TLS handshake
  client_->set_write_timeout(timeout_ + kBehind);
  client_->set_socket_options([watchdog = watchdog_](socket_t socket) { watchdog->watch(socket); });
}

Sender::~Sender() = default;

Outcome Sender::post(const Post& post) {
  httplib::Request request;
  request.method = "POST";
  request.path = post.target;
  request.body = post.body;
  request.set_header("Content-Type", post.content_type);
  request.set_header("Accept", kAccept);
  if (!post.language.empty()) request.set_header("Content-Language", post.language);
  return send(request, timeout_);
}

Outcome Sender::options(const std::string& target, std::chrono::milliseconds within) {
  httplib::Request request;
  request.method = "OPTIONS";
  request.path = target;
  return send(request, std::min(within, timeout_));
}

Outcome Sender::send(httplib::Request& request, std::chrono::milliseconds within) {
  Outcome outcome;
  const auto note_head = [&outcome](const httplib::Response& response) {
    outcome.status = response.status;
    outcome.content_type = response.get_header_value("Content-Type");
    outcome.accept = all_of(response, "Accept");
  };
  request.set_header("Accept-Encoding", "identity");
  request.set_header("User-Agent", "Restanza");
  if (!authorization_.empty()) request.set_header("Authorization", authorization_);
  bool enough = false;  // what is wanted of the answer is here, though the client was stopped reading
  request.response_handler = [&](const httplib::Response& response) {
    note_head(response);
    enough = never_has_body(response.status);
    return !enough;
  };
  request.content_receiver = [&](const char* data, size_t size, uint64_t, uint64_t) {
    const size_t room = max_answer_ - outcome.body.size();
    outcome.body.append(data, std::min(size, room));
    enough = outcome.truncated = size > room;
    return !enough;
  };

  if (watchdog_->cut() == Watchdog::Cut::aborted) {
    outcome.end = Outcome::End::aborted;
    return outcome;
  }
  watchdog_->begin(within);
  try {
    const httplib::Result result = client_->send(request);
    if (result) note_head(*result);
    outcome.end = result || enough ? Outcome::End::answered : Outcome::End::unreachable;
    if (!result && !enough) outcome.detail = httplib::to_string(result.error());
  } catch (const std::exception& error) {
    outcome.detail = error.what();
  }
  const Watchdog::Cut cut = watchdog_->finish();
  if (outcome.end != Outcome::End::answered && cut != Watchdog::Cut::no) {
    outcome.end = cut == Watchdog::Cut::late ? Outcome::End::timeout : Outcome::End::aborted;
  }
  return outcome;
}

void Sender::abort() {
  watchdog_->abort();
}

}  // namespace restanza::webhook
