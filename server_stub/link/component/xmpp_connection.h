// SPDX-License-Identifier: GPL-3.0-or-later
// A component's TCP connection, under gloox: a non-blocking socket that is driven by poll(2). gloox's own
// connection selects (descriptors from 1024 on abort the process), blocks while the peer does not read, and
// knows no keepalive. What arrives is cut into elements by expat and goes to the owner, never to gloox's
// parser; what leaves is gloox's few bytes first, then, once carrying, the stanzas of the queue.
//
// A dead peer is found in three ways: TCP_USER_TIMEOUT ends a connection whose bytes stay unacknowledged, or
// whose peer takes none, for kUnacknowledged; an idle connection sends white space every `ping_every`, so
// that there is something to acknowledge; and keepalive probes help where the white space is not used yet,
// during the login.
//
// Threads: one, the link's. The gloox::Component owns the connection; handlers run inside `pump` and must not
// destroy it.
#pragma once

#include <gloox/connectionbase.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "link/component/out_queue.h"
#include "net/resolver.h"
#include "xml/stream_reader.h"

namespace restanza::host {

struct ConnectionTimes {
  std::chrono::milliseconds connect{5000};      // for each address
  std::chrono::milliseconds ping_every{60000};  // without a write
};

class XmppConnection final : public gloox::ConnectionBase {
 public:
  static constexpr std::chrono::milliseconds kUnacknowledged{30000};

  XmppConnection(gloox::ConnectionDataHandler* handler, std::vector<Address> addresses, ConnectionTimes times,
                 xml::StreamLimits limits, xml::StreamReader::Handlers elements, OutQueue& stanzas,
                 const Clock& clock);
  ~XmppConnection() override;

  int descriptor() const { return socket_; }
  short wanted() const;      // poll events
  Instant deadline() const;  // when to pump without an event
  void pump(short events);   // reads, then writes, as far as it goes

  void carry_stanzas() { carrying_ = true; }
  void end_stream();  // nothing is written after this

  const std::string& why() const { return why_; }  // the connection ended; empty while it did not
  // Why no connection came about, as errno has it; 0 where one did.
  int connect_error() const { return connect_error_; }

  // gloox::ConnectionBase
  gloox::ConnectionError connect() override;
  bool send(const std::string& data) override;
  void disconnect() override;
  gloox::ConnectionError recv(int timeout) override;  // gloox's own loops, which the link's replaces
  gloox::ConnectionError receive() override;
  void getStatistics(long int& in, long int& out) override;
  gloox::ConnectionBase* newInstance() const override;

 private:
  bool connect_next();
  void finish_connect();
  void read_some();
  void write_some();
  bool wrote(ssize_t result);
  void ping_when_idle();
  void fail(gloox::ConnectionError reason, const std::string& why);
  void close_socket();

  const std::vector<Address> addresses_;
  const ConnectionTimes times_;
  OutQueue& stanzas_;
  const Clock& clock_;
  xml::StreamReader reader_;
  std::vector<char> buffer_;

  int socket_ = -1;
  size_t next_address_ = 0;
  Instant connect_by_;
  Instant last_write_;
  std::string control_;        // gloox's bytes that are not written yet
  bool carrying_ = false;      // stanzas may be written
  bool ended_ = false;         // our </stream:stream> is queued
  bool more_ = false;          // something waits for the socket to take it
  bool unwritable_ = false;    // the peer is gone, but what it said last may still be read
  long int in_ = 0, out_ = 0;  // bytes
  std::string why_;
  int connect_error_ = 0;
};

}  // namespace restanza::host
