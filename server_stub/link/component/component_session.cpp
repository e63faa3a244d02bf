// SPDX-License-Identifier: GPL-3.0-or-later
#include "link/component/component_session.h"

#include <gloox/tag.h>

#include <algorithm>
#include <cerrno>

#include "link/component/login_advice.h"

namespace restanza::host {
namespace {

// What a server lets through is the server's to say; these limits only keep the process alive. An element
// past those of the tree is left out, so that no stranger can end the stream with one. Depth costs stack,
// when a tree is written and freed.
constexpr xml::StreamLimits kInbound{{1000, 1000}, 16 * 1024 * 1024};

constexpr size_t kMaxErrorText = 200;  // bytes of a stream error's text that the log gets

// "conflict", or "conflict (Replaced by new connection)".
std::string described(const std::string& condition, const std::string& text) {
  return text.empty() ? condition : condition + " (" + text.substr(0, kMaxErrorText) + ")";
}

}  // namespace

ComponentSession::ComponentSession(const SessionSettings& settings, std::vector<Address> addresses,
                                   OutQueue& stanzas, const Clock& clock, Handlers handlers)
    : clock_(clock),
      handlers_(std::move(handlers)),
      login_by_(clock.now() + settings.login),
      // The addresses are known already; gloox only wants some name here.
      component_(gloox::XMLNS_COMPONENT_ACCEPT, settings.domain, settings.domain, settings.secret),
      connection_(new XmppConnection(
          &component_, std::move(addresses), settings.times, kInbound,
          {[this](const xml::Document& header, const std::string& ns) { opened(header, ns); },
           [this](xml::Document element) { received(std::move(element)); }, [this] { closed(); },
           handlers_.skipped},
          stanzas, clock)) {
  component_.setConnectionImpl(connection_);  // takes ownership
  component_.setTls(gloox::TLSDisabled);
  component_.setCompression(false);
  component_.registerConnectionListener(this);
  if (!component_.connect(false)) end(connection_->why());
}

Instant ComponentSession::deadline() const {
  return accepted_ ? connection_->deadline() : std::min(login_by_, connection_->deadline());
}

void ComponentSession::pump(short events) {
  if (over_) return;
  connection_->pump(events);
  if (!over_ && !accepted_ && clock_.now() >= login_by_) {
    end("no answer to the handshake");
    component_.disconnect();
  }
}

void ComponentSession::opened(const xml::Document& header, const std::string& default_ns) {
  if (over_) return;
  namespace_ = default_ns;
  if (default_ns != gloox::XMLNS_COMPONENT_ACCEPT) {
    end("the server's stream is not for components but for '" + default_ns + "'");
    component_.disconnect();
    return;
  }
  gloox::Tag tag("stream");
  tag.setXmlns(gloox::XMLNS_STREAM);
  tag.addAttribute("id", std::string(header.root().attribute("id").value_or("")));
  component_.handleTag(&tag);
}

void ComponentSession::received(xml::Document element) {
  if (over_) return;
  const xml::Element root = element.root();
  if (root.is("error", gloox::XMLNS_STREAM)) {
    condition_ = "undefined-condition";
    std::string text;
    for (const xml::Element child : xml::children(root)) {
      if (child.ns() != gloox::XMLNS_XMPP_STREAM) continue;
      if (child.name() == "text") {
        text = child.text();
      } else {
        condition_ = child.name();
      }
    }
    if (why_.empty()) why_ = described(condition_, text);
    gloox::Tag tag("error");
    tag.setXmlns(gloox::XMLNS_STREAM);
    component_.handleTag(&tag);  // closes the stream
  } else if (!accepted_ && root.is("handshake", xml::kContentNamespace)) {
    gloox::Tag tag("handshake");
    component_.handleTag(&tag);
  } else if (accepted_) {
    handlers_.element(std::move(element));
  }
}

void ComponentSession::closed() {
  if (over_) return;
  end("the server closed the stream");
  component_.handleTag(nullptr);  // gloox's word for the stream's end
}

std::string ComponentSession::cause() const {
  if (!condition_.empty()) return condition_;
  if (accepted_) return {};
  if (namespace_ != gloox::XMLNS_COMPONENT_ACCEPT && !namespace_.empty()) return namespace_;
  if (connection_->connect_error() == ECONNREFUSED) return cause::kRefused;
  if (connection_->connect_error() != 0) return cause::kUnreachable;
  return namespace_.empty() ? cause::kNoStream : "";
}

void ComponentSession::onConnect() {
  accepted_ = true;
  connection_->carry_stanzas();
  handlers_.accepted();
}

void ComponentSession::onDisconnect(gloox::ConnectionError) {
  end(connection_->why());
}

void ComponentSession::end(const std::string& why) {
  over_ = true;
  if (why_.empty()) why_ = why;
}

}  // namespace restanza::host
