// SPDX-License-Identifier: MIT
// xp_host.hpp - the host's side of xp.h, for XMPP servers that are written in C++17. A server implements
// Server, makes a Host, and offers stanzas to the plugins that it loads; the kit is everything between that
// and the table of functions that plugins call: loading and ending them, routes, hooks and their order,
// exchanges, limits, and what plugins do wrong. It is a static library, `libxp-host.a`; pkg-config knows it
// as `xp-host`.
//
//     Host > load (for each plugin) > start > [offer, request, reload] > drain .. done > end
//
// Threads. [setup]: on one thread at a time. [any]: on any thread, at once with other calls. [loop]: on the
// server's own thread for stanzas, where Server::post runs its work. The kit has a thread for its timers, and
// where it serves HTTP one for connections and a pool of at most 64 for requests. It holds no lock while it
// calls the server or a plugin.
//
// Memory. Everything passed in is copied or moved. The host owns its plugins. Each Server outlives the host.
//
// Errors. Functions that can fail give false, null or 0, and where they have an `error`, a sentence in it
// that says what is wrong. They throw std::bad_alloc alone. What a function of the server throws ends in the
// log, and the plugin is told XP_INTERNAL.
//
// Limits. A stanza that a hook is busy for waits for 5 s, and behind it at most 10000 stanzas or 16 MiB. At
// most 10000 that a plugin has taken wait until they are safe, each for 30 s. 65536 requests may wait for
// their answers. HTTP that the kit serves has the limits that server_stub/doc/security.md lists for
// restanza-host.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "xp.h"

namespace xp::host {

// What a plugin needs of the server that it runs in. One object may serve several plugins.
class Server {
 public:
  virtual ~Server() = default;

  // [any] Takes one stanza of a plugin, whole or not at all, and does not wait. It is well-formed, not longer
  // than max_stanza, comes from the plugin's domain or from one of the server's accounts, and is no iq
  // without id or known type. XP_OK: the server holds it, and a failure from now on comes back as a stanza of
  // type error. XP_WOULD_BLOCK: there is no room, or it is an iq get or set while the server is not
  // connected; `writable`, where it is not empty, is then called once when it is worth another try, and
  // dropped without a call where that never comes. XP_GONE: the server ends. Other results are for what the
  // server refuses by rules of its own: XP_DENIED, XP_INVALID, XP_TOO_BIG.
  virtual xp_status send(std::string stanza, std::function<void()> writable) = 0;

  // [any] Runs `work` on the loop, soon, in the order of these calls, and not within this one. Once the loop
  // has ended, work is dropped.
  virtual void post(std::function<void()> work) = 0;

  // [any] Whether stanzas can leave right now (xp.link/1).
  virtual bool is_up() const { return true; }

  // Whether it acknowledges stanzas to whoever it has them from (XEP-0198, a queue) as soon as `after` of
  // Plugin::offer says that they were taken; the same at every call. Then that is said once they are safe,
  // and the ones behind a stanza may be taken before it. Otherwise it is said as soon as the plugin has them.
  virtual bool acknowledges() const { return false; }

  // Whether there are accounts; the same at every call. Without them plugins are told that there is no
  // xp.auth/1.
  virtual bool has_accounts() const { return false; }

  // [any] Checks the password of an account, without waiting; `name` as the client wrote it, "alice" or
  // "alice@example.org". `verdict`, for any thread, is called once: XP_OK with the bare address, XP_DENIED,
  // or XP_INTERNAL where it could not be checked. Dropped without a call it counts as XP_INTERNAL.
  using Verdict = std::function<void(xp_status status, const std::string& bare_jid)>;
  virtual void check_password(std::string name, std::string password, Verdict verdict);

  // Whether it knows bearer tokens that stand for accounts; the same at every call. Without them plugins are
  // told that there is no xp.principal/1.
  virtual bool has_bearers() const { return false; }

  // [any] Whose token this is, without waiting. `verdict`, for any thread, is called once: XP_OK with the
  // principal, XP_DENIED where there is no such token, or not for this use, or XP_INTERNAL. Dropped without a
  // call it counts as XP_INTERNAL.
  struct Principal {
    std::string bare_jid;
    uint32_t rights = XP_SEND;  // and XP_RECEIVE, XP_ADMIN where that is meant
    std::string scopes = {};    // as the token has them, between spaces
  };
  using BearerVerdict = std::function<void(xp_status status, const Principal& principal)>;
  virtual void check_bearer(std::string token, BearerVerdict verdict);

  // [any] Whether plugins may send as this address, which is bare and prepared, and not at the plugin's
  // domain: one of the accounts above. Asked for each such stanza, without waiting; never asked where there
  // are neither accounts nor tokens.
  virtual bool is_account(const std::string& bare_jid) const;
};

// What became of a stanza that was offered to a plugin.
enum class Outcome {
  taken,   // a hook consumed it: nobody else sees it
  passed,  // the server does with it what it would do without the plugin
  refused  // a hook was busy for too long, or too much waits: the sender is told wait/resource-constraint
};

// The error that the sender of a stanza is to get, as the text of a stanza: service-unavailable where it was
// passed and there is nobody else for it, resource-constraint where it was refused. Empty where it was taken,
// or no error may be sent for it (RFC 6120, section 8.3.1), which holds for presence and groupchat, too.
// [any]
std::string error_for(std::string_view stanza, Outcome outcome);

// One plugin at one domain; the host's.
class Plugin {
 public:
  virtual ~Plugin() = default;

  // [loop] Offers a stanza that is for the domain, or the answer to one that the plugin sent; one to an
  // account that it sent for comes here before the account's clients see it. `injected`: the plugin itself
  // sent it. `after` is called once with the stanza, on the loop, within this call or later; stanzas keep
  // their order up to it. False: the text is not one stanza, and nothing happens.
  using After = std::function<void(std::string stanza, Outcome outcome)>;
  virtual bool offer(std::string_view stanza, bool injected, After after) = 0;

  // [setup] New settings for a plugin that has started: one JSON object. False: the old ones go on.
  virtual bool reload(const std::string& settings_json, std::string& error) = 0;
};

struct PluginSettings {
  // A path; or a name, "restanza" for restanza.so in a folder of $RESTANZA_PLUGIN_PATH, in ../plugin beside
  // the program's folder, or where plugins are installed, whichever has it first.
  std::string library;
  std::string domain;  // whose stanzas it gets, "rest.example.org"; each domain once
  // Where its routes stand: with a '/' before it and none behind it, or empty.
  std::string prefix = "/rest";
  std::string http_host;  // of plugins that share a prefix, the one that the Host header names; or empty
  std::string state_dir;  // a directory of its own that exists and can be written; or empty
  std::string settings_json = "{}";
  uint64_t max_stanza = 262144;  // bytes of one stanza that the plugin sends
};

// A setting of a plugin, as it tells of it (xp.settings/1, see xp.h); a text is empty where it is absent
// there.
struct Setting {
  std::string table, key, values, default_json, default_text, sentence;
  uint32_t types = 0;  // XP_BOOLEAN, ...
  uint32_t flags = 0;  // XP_REQUIRED, XP_RESTART
};

// [setup] The settings of a plugin, whose library is looked for as that of PluginSettings; no instance is
// made. None where it does not tell. False: it cannot be loaded, fails to tell, or has more than 10000.
bool settings_of(const std::string& library, std::vector<Setting>& settings, std::string& error);

// [setup] Has a plugin do what its operator asks for beside or between the runs of a server, such as
// "migrate" (xp.tasks/1, see xp.h). Its library is looked for, and told domain, state_dir and settings_json,
// as for load; no instance is made. Waits for disks and networks. `line` hears what came of it before this
// returns; where it throws, no more lines come. False: the plugin cannot be loaded, knows no such task, or
// failed, and `error` says why.
bool run_task(const PluginSettings& plugin, const std::string& name, const std::vector<std::string>& words,
              const std::function<void(std::string line)>& line, std::string& error);

using Headers = std::vector<std::pair<std::string, std::string>>;

// A request that a server read with an HTTP server of its own.
struct Request {
  std::string method;           // "POST"
  std::string path;             // percent-encoded as it came, without the query
  std::string query;            // what stands behind the '?', as it came
  std::string peer;             // the client's address, "127.0.0.1", or "unix"
  Headers headers;              // in the order of the wire
  std::string body;             // transfer and content codings undone
  bool body_too_large = false;  // it is longer than Host::max_body, and was not read
};

// How the answer to such a request goes to its client: `respond` once, or `begin`, any number of `write`, and
// `end` once; `cut` may take the place of each of them and is the last call then. [any], from one thread at a
// time, without waiting; but where a plugin still answers while it is ended, `cut` may come during another
// call. Freed after the last call. The code is 200 to 599 and the headers are sound;
// Content-Length, Transfer-Encoding and Connection are not among them, they are the server's, as is leaving
// out the body where the method or the code forbids one. XP_GONE: the client has left.
class Answer {
 public:
  virtual ~Answer() = default;
  virtual xp_status respond(int code, const Headers& headers, std::string body) = 0;
  virtual xp_status begin(int code, const Headers& headers) = 0;
  // XP_WOULD_BLOCK: nothing was taken; Host::writable is called once there is room.
  virtual xp_status write(std::string_view chunk) = 0;
  virtual void end() = 0;
  virtual void cut() = 0;  // the connection is to be closed: what the client got must not look complete
};

struct Address {
  std::string host = "127.0.0.1";
  uint16_t port = 0;      // 0: a free one
  std::string unix_path;  // of a Unix socket, instead of the two above; or empty
};

struct HostSettings {
  std::string name, version;  // of the server, as plugins see them
  // Where the kit serves HTTP, at most 16; empty: the server hands requests over.
  std::vector<Address> listen;
  // [any] One line, without secrets or bodies; `level` is one of xp.h. Must not wait.
  std::function<void(int32_t level, std::string_view line)> log;
  // PEM files: a certificate, then those that lead from it to an authority; and its private key. Where they
  // are named, the kit serves HTTP over TLS, but for Unix sockets.
  std::string certificate = {}, key = {};
};

class Host {
 public:
  explicit Host(HostSettings settings);
  ~Host();  // [setup] Ends what has not ended.
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  // [setup] Loads a plugin and makes its instance: every setting has been looked at then, and nothing is
  // visible outside yet. Null: nothing of it is left.
  Plugin* load(const PluginSettings& settings, Server& server, std::string& error);

  // [setup] Starts the plugins that have been loaded since the last call, and the first time listens. False:
  // the host is to be ended.
  bool start(std::string& error);

  // [setup] Reads certificate and key again, once it has started, for connections that come from now on.
  // False: the old ones go on.
  bool renew_certificate(std::string& error);

  // Where the kit serves HTTP, once it has started: "127.0.0.1:5280,unix:/run/x.sock".
  std::string listening() const;

  // For servers that hand requests over. [any]
  // The length of the longest body that is read for a request; absent: no plugin answers there.
  std::optional<uint64_t> max_body(std::string_view path, std::string_view host_header) const;
  // Hands a request to the plugin whose route it is; `answer` may be used before this returns. 0: there is
  // none, or 65536 requests wait, and the server answers by itself. The number names the request below; a
  // number whose request has been answered does no harm.
  uint64_t request(const Request& request, std::shared_ptr<Answer> answer);
  void client_left(uint64_t request);
  void writable(uint64_t request);

  // [setup] Asks the plugins to end what they have begun; new connections are not accepted any more. `done`,
  // for any thread, is called once, at the latest a second after `within`; until `end` stanzas are offered
  // and sent as before.
  void drain(std::chrono::milliseconds within, std::function<void()> done);

  // [setup] Ends the plugins; without a drain before it, with one that has no time. Before it the server
  // drops what it holds of `writable` functions and verdicts. False: a call into a plugin does not return, or
  // something of one runs on, so that nothing that it knows may be freed: the process should end with
  // std::_Exit.
  bool end();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace xp::host
