// SPDX-License-Identifier: MIT
#include "hosting/routes.h"

#include <algorithm>

#include "base/str.h"

namespace restanza::host {
namespace {

bool covers(std::string_view prefix, std::string_view path) {
  return path.substr(0, prefix.size()) == prefix &&
         (path.size() == prefix.size() || path[prefix.size()] == '/');
}

// The Host header without its port; an IPv6 literal keeps its brackets.
std::string_view without_port(std::string_view host) {
  host = trim(host);
  const size_t colon = host.rfind(':');
  const size_t bracket = host.rfind(']');
  const bool port = colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  return port ? host.substr(0, colon) : host;
}

}  // namespace

Routes::Id Routes::mount(Mount mount) {
  const std::lock_guard<std::mutex> lock(mutex_);
  mounts_.push_back({++last_, std::move(mount), {}});
  return last_;
}

void Routes::unmount(Id mount) {
  std::optional<Mounted> dropped;  // handles may free what calls back here, so they go after the lock
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found =
      std::find_if(mounts_.begin(), mounts_.end(), [&](const Mounted& m) { return m.id == mount; });
  if (found == mounts_.end()) return;
  dropped.emplace(std::move(*found));
  mounts_.erase(found);
}

Routes::Id Routes::add(Id mount, std::string subpath, uint64_t max_body, Handle handle) {
  if (!subpath.empty() && (subpath[0] != '/' || subpath.back() == '/')) return 0;
  const std::lock_guard<std::mutex> lock(mutex_);
  for (Mounted& m : mounts_) {
    if (m.id != mount) continue;
    for (const Entry& entry : m.entries) {
      if (entry.subpath == subpath) return 0;
    }
    m.entries.push_back(
        {++last_, std::move(subpath), max_body, std::make_shared<const Handle>(std::move(handle))});
    return last_;
  }
  return 0;
}

void Routes::stream_bodies(Id route) {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (Mounted& m : mounts_) {
    for (Entry& entry : m.entries) entry.stream_bodies = entry.stream_bodies || entry.id == route;
  }
}

void Routes::stream_some(Id route, LongestStream longest) {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (Mounted& m : mounts_) {
    for (Entry& entry : m.entries) {
      if (entry.id == route) entry.longest.swap(longest);
    }
  }
}

void Routes::remove(Id route) {
  std::shared_ptr<const Handle> dropped;
  const std::lock_guard<std::mutex> lock(mutex_);
  for (Mounted& m : mounts_) {
    const auto found =
        std::find_if(m.entries.begin(), m.entries.end(), [&](const Entry& e) { return e.id == route; });
    if (found == m.entries.end()) continue;
    dropped = std::move(found->handle);
    m.entries.erase(found);
    return;
  }
}

const Routes::Mounted* Routes::choose(std::string_view path, std::string_view host) const {
  const Mounted* best = nullptr;
  bool named = false;  // by the Host header
  for (const Mounted& m : mounts_) {
    if (!covers(m.mount.prefix, path) || m.entries.empty()) continue;
    const bool longer = !best || m.mount.prefix.size() > best->mount.prefix.size();
    const bool same = best && m.mount.prefix.size() == best->mount.prefix.size();
    const bool matches = ascii_equal(m.mount.http_host, host);
    if (!longer && !(same && matches && !named)) continue;
    best = &m;
    named = matches;
  }
  return best;
}

std::optional<MatchedRoute> Routes::find(std::string_view path, std::string_view host_header) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const Mounted* mounted = choose(path, without_port(host_header));
  if (!mounted) return std::nullopt;
  const Entry* best = nullptr;
  for (const Entry& entry : mounted->entries) {
    const bool longer = !best || entry.subpath.size() > best->subpath.size();
    if (longer && covers(entry.subpath, path.substr(mounted->mount.prefix.size()))) best = &entry;
  }
  if (!best) return std::nullopt;
  return MatchedRoute{
      best->max_body,
      [handle = best->handle](ExchangeId id, const HttpRequest& request) { (*handle)(id, request); },
      best->stream_bodies, best->longest};
}

}  // namespace restanza::host
