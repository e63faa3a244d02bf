// SPDX-License-Identifier: MIT
// Which plugin answers for a request: by the longest prefix, then by the Host header among the plugins that
// share it, then by the longest path that the plugin has registered. Prefixes end at a segment boundary. Any
// thread. A route that was removed stays whole until the last request in it has returned.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "http_front/exchanges.h"

namespace restanza::host {

// Where one plugin's routes stand.
struct Mount {
  std::string prefix;     // "/rest"
  std::string http_host;  // lower case, without port
};

class Routes final : public RouteLookup {
 public:
  using Handle = std::function<void(ExchangeId, const HttpRequest&)>;
  using Id = uint64_t;

  // Plugins are found in the order in which they are mounted. The id names the mount in `add` and `unmount`.
  Id mount(Mount mount);
  void unmount(Id mount);

  // 0 where the subpath is neither empty nor begins with '/', or the mount has it already.
  Id add(Id mount, std::string subpath, uint64_t max_body, Handle handle);
  void stream_bodies(Id route);  // it is called before bodies have come
  void stream_some(Id route, LongestStream longest);
  void remove(Id route);

  std::optional<MatchedRoute> find(std::string_view path, std::string_view host_header) override;

 private:
  struct Entry {
    Id id;
    std::string subpath;
    uint64_t max_body;
    std::shared_ptr<const Handle> handle;
    bool stream_bodies = false;
    LongestStream longest = {};
  };
  struct Mounted {
    Id id;
    Mount mount;
    std::vector<Entry> entries;
  };
  const Mounted* choose(std::string_view path, std::string_view host) const;

  mutable std::mutex mutex_;
  std::vector<Mounted> mounts_;
  Id last_ = 0;
};

}  // namespace restanza::host
