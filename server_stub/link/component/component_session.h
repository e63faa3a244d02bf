// SPDX-License-Identifier: GPL-3.0-or-later
// One attempt of a component to be logged in (XEP-0114), from the connection to its end. gloox::Component
// does the stream's header, the handshake and the stream's errors, and is used here only; it is used once,
// because one that was cut off in the middle of a stanza fails its next login. Stanzas pass it by.
//
// Threads: one, the link's. Handlers run inside `pump` and must not destroy the session; whoever pumps asks
// `over` afterwards.
#pragma once

#include <gloox/component.h>
#include <gloox/connectionlistener.h>

#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "link/component/xmpp_connection.h"
#include "xml/element.h"

namespace restanza::host {

struct SessionSettings {
  std::string domain;
  std::string secret;
  ConnectionTimes times;
  std::chrono::milliseconds login{15000};  // from the first connection attempt to the accepted handshake
};

class ComponentSession final : private gloox::ConnectionListener {
 public:
  struct Handlers {
    std::function<void()> accepted;
    std::function<void(xml::Document)> element;    // what is not the stream's own, once accepted
    std::function<void(const char* why)> skipped;  // an element past the limits was left out
  };

  ComponentSession(const SessionSettings& settings, std::vector<Address> addresses, OutQueue& stanzas,
                   const Clock& clock, Handlers handlers);

  int descriptor() const { return connection_->descriptor(); }
  short wanted() const { return connection_->wanted(); }
  Instant deadline() const;
  void pump(short events);

  void end_stream() { connection_->end_stream(); }

  bool over() const { return over_; }
  // Why it is over: the stream error's condition and text, or a sentence where there was none.
  const std::string& why() const { return why_; }
  // The same for advice_for; empty where a connection ended after the login without a word.
  std::string cause() const;
  bool not_authorized() const { return condition_ == "not-authorized"; }

 private:
  void opened(const xml::Document& header, const std::string& default_ns);
  void received(xml::Document element);
  void closed();
  void end(const std::string& why);

  void onConnect() override;
  void onDisconnect(gloox::ConnectionError reason) override;
  bool onTLSConnect(const gloox::CertInfo&) override { return false; }

  const Clock& clock_;
  const Handlers handlers_;
  const Instant login_by_;
  gloox::Component component_;
  XmppConnection* const connection_;  // the component's
  bool accepted_ = false;
  bool over_ = false;
  std::string namespace_;  // of the server's stream; empty: none has come
  std::string condition_;  // of the stream error; empty: none has come
  std::string why_;
};

}  // namespace restanza::host
