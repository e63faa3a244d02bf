// SPDX-License-Identifier: MIT
// A plugin as the kit's user has it, over its instance. Threads as xp_host.hpp says; owns the instance.
#pragma once

#include <memory>

#include "hosting/instance.h"
#include "kit/xp_host.hpp"

namespace restanza::host {

class LoadedPlugin final : public xp::host::Plugin {
 public:
  explicit LoadedPlugin(std::unique_ptr<Instance> instance) : instance_(std::move(instance)) {}

  bool offer(std::string_view stanza, bool injected, After after) override;
  bool reload(const std::string& settings_json, std::string& error) override;
  bool start(std::string& error);  // once; true where it was called before
  PluginLife& plugin() { return instance_->plugin(); }

 private:
  const std::unique_ptr<Instance> instance_;
  bool started_ = false;
};

}  // namespace restanza::host
