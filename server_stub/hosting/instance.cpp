// SPDX-License-Identifier: MIT
#include "hosting/instance.h"

#include <algorithm>
#include <utility>

namespace restanza::host {

Instance::Instance(std::unique_ptr<Library> library, HostApi::Place place, const Dependencies& deps)
    : library_(std::move(library)),
      place_(std::move(place)),
      deps_(deps),
      log_(std::string(library_->descriptor().id) + "@" + place_.domain, deps.log),
      hooks_(std::make_shared<Hooks>(deps.timer, log_)) {}

Result<std::unique_ptr<Instance>> Instance::load(const std::string& name, HostApi::Place place,
                                                 const Dependencies& deps) {
  auto library = Library::open(name, plugin_directories());
  if (!library) return library.error();
  std::unique_ptr<Instance> instance(new Instance(std::move(*library), std::move(place), deps));
  instance->warn_of_symbols();
  return instance;
}

void Instance::connect(std::shared_ptr<Link> link, HostApi::CheckPassword check,
                       HostApi::CheckBearer bearer) {
  link_ = std::move(link);
  hooks_->bind(link_);
  auto api = std::make_unique<HostApi>(place_, deps_.exchanges, deps_.routes, hooks_, link_, std::move(check),
                                       log_, std::move(bearer));
  plugin_ = std::make_unique<PluginLife>(std::move(library_), std::move(api));
}

void Instance::warn_of_symbols() {
  constexpr size_t kShown = 5;
  const auto extra = library_->extra_symbols();
  if (extra.empty()) return;
  std::string line = "the library exports more than its entry: ";
  for (size_t i = 0; i < std::min(extra.size(), kShown); ++i) line += (i > 0 ? ", " : "") + extra[i];
  if (extra.size() > kShown) line += " and " + std::to_string(extra.size() - kShown) + " more";
  log_.warn(line);
}

}  // namespace restanza::host
