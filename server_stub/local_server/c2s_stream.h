// SPDX-License-Identifier: GPL-3.0-or-later
// One client's connection from its first byte to its last: stream headers, SASL, resource binding, then
// stanzas (RFC 6120 sections 4 to 7). The loop's thread only. Owns its socket; its host owns it and destroys
// it after `ended`, outside of its calls.
#pragma once

#include <memory>
#include <string>

#include "base/log.h"
#include "local_server/client_socket.h"
#include "local_server/sasl/sasl_negotiation.h"
#include "local_server/session.h"
#include "local_server/settings.h"
#include "xml/stream_reader.h"
#include "xmpp/stanza_error.h"

namespace restanza::host::local {

// What a stream asks of the server around it.
class StreamHost {
 public:
  virtual ~StreamHost() = default;
  virtual Result<Session*, xmpp::StanzaError> bind(const std::string& node, const std::string& resource,
                                                   Outlet& outlet) = 0;
  // An error is the condition of the stream error that it ends with.
  virtual Result<void> stanza(Session& session, xml::Document element) = 0;
  virtual void left(Session& session) = 0;
  virtual void ended(uint64_t stream) = 0;
};

class C2sStream final : public Outlet {
 public:
  struct Parts {
    EventLoop& loop;
    const LocalSettings& settings;
    const Accounts& accounts;
    FailedLogins& failed;
    StreamHost& host;
    Log& log;
  };

  // The descriptor is the stream's, and so its to close, unless this throws.
  C2sStream(uint64_t number, int fd, const std::string& peer, const Parts& parts);
  ~C2sStream() override;
  void begin();  // once: from now on a client that does not log in is sent away

  void deliver(std::string_view xml) override;
  void evict() override { end_with("conflict"); }
  void end_with(const std::string& condition);  // a stream error, then the end

  const std::string& peer() const { return peer_; }  // its address
  bool logged_in() const {
    return stage_ == Stage::second_header || stage_ == Stage::binding || stage_ == Stage::bound;
  }

 private:
  enum class Stage {
    header,
    sasl,
    late,  // the login failed, and the client is told so after a while
    second_header,
    binding,
    bound,
    closing,
  };

  xml::StreamReader::Handlers reader_handlers();
  void read(std::string_view bytes);
  void opened(const xml::Document& header, const std::string& default_ns);
  void element(xml::Document element);
  void authenticate(xml::Element element);
  void answer(const SaslNegotiation::Answer& answer);
  void bind(xml::Document element);
  void end(const std::string& last_words);
  void leave();
  void set_timeout(std::chrono::milliseconds delay, std::function<void()> work);

  const uint64_t number_;
  const std::string peer_;
  const Parts parts_;
  Stage stage_ = Stage::header;
  bool header_sent_ = false;
  std::string node_;
  Session* session_ = nullptr;
  EventLoop::Token timeout_ = 0;
  EventLoop::Token late_ = 0;
  SaslNegotiation sasl_;
  xml::StreamReader reader_;
  ClientSocket socket_;
};

}  // namespace restanza::host::local
