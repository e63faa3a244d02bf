// SPDX-License-Identifier: MIT
// One case's host with one hostile plugin in it: what happens to the plugin is read from its report, a pipe
// that its settings name; what the host does is seen from its process, its HTTP and its pipe. For one thread.
// Owns the process, and a directory with the pipe of the report.
#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host_process.h"
#include "http_client.h"
#include "lines.h"
#include "rules.h"
#include "xp.h"

namespace restanza::hostcheck {

struct Setup {
  std::vector<std::string> command;  // that loads the plugin that is named behind it
  std::string plugins;               // the directory of the hostile ones
  std::chrono::milliseconds limit{60000};
};

// Of its own, for the time of a case.
class Directory {
 public:
  Directory();
  ~Directory();
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

class Session {
 public:
  Session(const Setup& setup, const std::string& plugin);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Throws Broken with the rule, with what was seen, and with how the host has ended, where it has.
  void require(bool kept, const Rule& rule, const std::string& seen) const;

  // It serves, and says where.
  void is_ready();
  // Throws LeftOut where the plugin has reported that the host does not offer this.
  void needs(const std::string& what) const;
  HttpAnswer request(const HttpRequest& request) const;
  std::future<HttpAnswer> request_later(const HttpRequest& request = {}) const;
  void offer(std::string_view stanza) { host_->write_line(stanza); }
  void ask_to_end() { host_->ask_to_end(); }
  void end_input() { host_->end_input(); }

  // What the plugin has reported: the values behind this word, in their order.
  Text reported(const std::string& what) const;
  // The same once there are so many of them, or less where these do not come.
  Text reported(const std::string& what, size_t count) const;
  Text reported(const std::string& what, size_t count, std::chrono::milliseconds limit) const;
  // The host's function has returned these results, one after the other.
  void returned(const char* function, const std::vector<xp_status>& results, const Rule& rule) const;
  // A line of the host's output that holds all of these comes.
  bool sent(const std::vector<std::string>& parts) const;
  size_t count_sent(const std::string& part) const;
  // Of an ended one: which of these stand in its output, in the order of its lines.
  Text sent_with(const Text& parts) const;

  // It takes no such plugin, and ends.
  void refuses(const Rule& rule);
  // The plugin still answers a request.
  void goes_on(const Rule& rule) const;
  // Its input ends, and so does it: well, with the plugin's life in its order and all contexts released.
  void ends_well();
  // The same for a plugin that is left alone: only not by a crash.
  void ends(const Rule& rule);

 private:
  void wait_for_end(const Rule& rule);
  std::string how_it_is() const;

  const std::chrono::milliseconds limit_;
  const Directory directory_;
  std::unique_ptr<Lines> report_;
  std::unique_ptr<HostProcess> host_;
  std::string address_;
};

}  // namespace restanza::hostcheck
