// SPDX-License-Identifier: GPL-3.0-or-later
#include "local_server/c2s_stream.h"

#include "base/guarded.h"
#include "local_server/stream_text.h"
#include "xml/writer.h"

namespace restanza::host::local {
namespace {

constexpr const char* kBindNamespace = "urn:ietf:params:xml:ns:xmpp-bind";
constexpr const char* kSessionNamespace = "urn:ietf:params:xml:ns:xmpp-session";

xml::StreamLimits limits_of(const LocalSettings& settings) {
  xml::StreamLimits limits;
  limits.element_bytes = settings.max_stanza;
  return limits;
}

std::string bind_features() {
  return std::string("<stream:features><bind xmlns='") + kBindNamespace + "'/><session xmlns='" +
         kSessionNamespace + "'><optional/></session></stream:features>";
}

}  // namespace

C2sStream::C2sStream(uint64_t number, int fd, const std::string& peer, const Parts& parts)
    : number_(number),
      peer_(peer),
      parts_(parts),
      sasl_(parts.accounts, parts.failed, peer, parts.settings.anonymous, parts.settings.login_attempts),
      reader_(limits_of(parts.settings), reader_handlers()),
      socket_(parts.loop, fd, parts.settings.max_unread,
              {[this](std::string_view bytes) { read(bytes); },
               [this](const char* why) {
                 guarded(parts_.log, "a line about a client",
                         [&] { parts_.log.debug("client " + std::to_string(number_) + ": " + why); });
                 leave();
                 stage_ = Stage::closing;
                 parts_.host.ended(number_);
               }}) {}

void C2sStream::begin() {
  set_timeout(parts_.settings.login_timeout, [this] { end_with("connection-timeout"); });
}

xml::StreamReader::Handlers C2sStream::reader_handlers() {
  xml::StreamReader::Handlers handlers;
  handlers.opened = [this](const xml::Document& header, const std::string& ns) { opened(header, ns); };
  handlers.element = [this](xml::Document at) { element(std::move(at)); };
  handlers.closed = [this] { end(kStreamEnd); };
  return handlers;
}

C2sStream::~C2sStream() {
  parts_.loop.cancel(timeout_);
  parts_.loop.cancel(late_);
}

void C2sStream::deliver(std::string_view xml) {
  if (stage_ == Stage::bound) socket_.send(xml);
}

void C2sStream::end_with(const std::string& condition) {
  if (stage_ == Stage::closing) return;
  parts_.log.debug("client " + std::to_string(number_) + ": stream error " + condition);
  // An error of the header itself comes inside a stream too (RFC 6120 section 4.9.1.2).
  end((header_sent_ ? "" : stream_header(parts_.settings.domain, "")) + stream_error(condition) + kStreamEnd);
}

// Where this throws nothing has been done, so that it can be done again.
void C2sStream::end(const std::string& last_words) {
  if (stage_ == Stage::closing) return;
  set_timeout(parts_.settings.close_timeout, [this] { socket_.drop("it left its connection open"); });
  leave();
  stage_ = Stage::closing;
  guarded(parts_.log, "the last words to a client", [&] { socket_.send(last_words); });
  socket_.finish();
}

void C2sStream::leave() {
  Session* session = session_;
  session_ = nullptr;
  if (session) parts_.host.left(*session);
}

void C2sStream::set_timeout(std::chrono::milliseconds delay, std::function<void()> work) {
  const EventLoop::Token next = parts_.loop.after(delay, std::move(work));
  parts_.loop.cancel(timeout_);
  timeout_ = next;
}

void C2sStream::read(std::string_view bytes) {
  if (stage_ == Stage::closing) return;  // what comes after the end is read, so that the end gets through
  const auto fed = reader_.feed(bytes);
  if (!fed) end_with(refusal_condition(fed.error()));
}

void C2sStream::opened(const xml::Document& header, const std::string& default_ns) {
  if (stage_ == Stage::closing) return;
  const auto from = xmpp::Jid::parse(header.root().attribute("from").value_or(""));
  socket_.send(stream_header(parts_.settings.domain, from ? from->bare() : ""));
  header_sent_ = true;
  const std::string fault = header_fault(header, default_ns, parts_.settings.domain);
  if (!fault.empty()) {
    end_with(fault);
    return;
  }
  const bool first = stage_ == Stage::header;
  socket_.send(first ? "<stream:features>" + sasl_.mechanisms() + "</stream:features>" : bind_features());
  stage_ = first ? Stage::sasl : Stage::binding;
}

void C2sStream::element(xml::Document element) {
  const xml::Element root = element.root();
  switch (stage_) {
    case Stage::sasl:
      if (root.ns() == kSaslNamespace) {
        authenticate(root);
      } else {
        end_with(xmpp::kind_named(root.name()) ? "not-authorized" : "unsupported-stanza-type");
      }
      return;
    case Stage::binding:
      bind(std::move(element));
      return;
    case Stage::bound: {
      const auto taken = parts_.host.stanza(*session_, std::move(element));
      if (!taken) end_with(taken.error().text);
      return;
    }
    case Stage::late:  // whoever does not wait for an answer is guessing
      end_with("policy-violation");
      return;
    case Stage::header:
    case Stage::second_header:
    case Stage::closing:
      return;
  }
}

void C2sStream::authenticate(xml::Element at) {
  const SaslNegotiation::Answer told = sasl_.handle(at);
  if (told.late == told.late.zero()) return answer(told);
  late_ = parts_.loop.after(told.late, [this, told] {
    if (stage_ != Stage::late) return;
    stage_ = Stage::sasl;
    answer(told);
  });
  stage_ = Stage::late;
}

void C2sStream::answer(const SaslNegotiation::Answer& answer) {
  socket_.send(answer.xml);
  if (!answer.node.empty()) {
    node_ = answer.node;
    stage_ = Stage::second_header;
    header_sent_ = false;
    reader_.restart();
    return;
  }
  if (!answer.condition.empty()) {
    parts_.log.info("client " + std::to_string(number_) + ": login failed, " + answer.condition);
  }
  if (answer.give_up) end_with("policy-violation");
}

// Nothing but binding is served before it is done (RFC 6120 section 7.1).
void C2sStream::bind(xml::Document element) {
  const auto iq = xmpp::to_stanza(element.root());
  const xml::Element request = element.root().child("bind", kBindNamespace);
  if (!iq || iq->kind != xmpp::Kind::iq || iq->type != "set" || !request) {
    end_with("not-authorized");
    return;
  }
  auto bound = parts_.host.bind(node_, request.child("resource", kBindNamespace).text(), *this);
  if (!bound) {
    socket_.send(xmpp::error_reply(*iq, bound.error()).xml);
    return;
  }
  session_ = *bound;
  stage_ = Stage::bound;
  parts_.loop.cancel(timeout_);
  parts_.log.info("client " + std::to_string(number_) + ": " + session_->jid.full() + " logged in");
  xml::Document answer("iq", xml::kContentNamespace);
  answer.root().set_attribute("type", "result");
  answer.root().set_attribute("id", iq->id);
  answer.root().add("bind", kBindNamespace).add("jid", kBindNamespace).add_text(session_->jid.full());
  deliver(xml::write(answer.root()));
}

}  // namespace restanza::host::local
