// SPDX-License-Identifier: MIT
// One loaded plugin instance and its life: create, start, reload any number of times, drain, destroy, in that
// order and each of the others at most once. [setup] only; `drain` calls back on any thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "hosting/host_api.h"
#include "hosting/library.h"

namespace restanza::host {

class PluginLife {
 public:
  PluginLife(std::unique_ptr<Library> library, std::unique_ptr<HostApi> api)
      : library_(std::move(library)), api_(std::move(api)) {}
  ~PluginLife();
  PluginLife(const PluginLife&) = delete;
  PluginLife& operator=(const PluginLife&) = delete;

  std::string id() const;  // "restanza"

  // The errors of these three are what the plugin said, as it stands.
  Result<void> create(const std::string& settings_json);
  Result<void> start();

  // New settings for an instance that has started; on an error the old ones go on.
  Result<void> reload(const std::string& settings_json);
  // The same settings once more, for files that they name may say something else. A plugin that takes no
  // settings while it runs need not look.
  Result<void> look_again(const std::string& settings_json);

  // Afterwards the instance may be destroyed; where it never says done, it is left alone.
  void drain(std::chrono::milliseconds within, std::function<void()> done);

  // No request and no stanza reaches the instance any more, and what it has left open is completed. Before
  // the front stops, so that the clients hear of it; at the latest `end` does it.
  void dismiss();

  // Destroys the instance. False: something of it may still run, and calls what the host gave it; the library
  // stays loaded.
  bool end() noexcept;

 private:
  enum class Life { made, created, started, draining, ended };
  xp_status ask_to_reload(const std::string& settings_json, xp_error& error);
  bool let_go_of_library();
  void keep_library();
  bool leave_alone(const char* why);  // false

  std::unique_ptr<Library> library_;
  std::unique_ptr<HostApi> api_;
  xp_plugin* instance_ = nullptr;
  Life life_ = Life::made;
  bool dismissed_ = false;
  bool calls_left_ = false;  // after dismiss: a call into the instance has not returned
  void* drain_ = nullptr;    // of Drains
};

}  // namespace restanza::host
