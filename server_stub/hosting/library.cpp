// SPDX-License-Identifier: MIT
#include "hosting/library.h"

#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>

#include "base/str.h"
#include "hosting/exports.h"

namespace restanza::host {
namespace {

constexpr const char* kEntry = "xp_plugin_entry_v1";

std::string own_directory() {
  char path[PATH_MAX];
  const ssize_t size = readlink("/proc/self/exe", path, sizeof path);
  const std::string program(path, size > 0 ? static_cast<size_t>(size) : 0);
  return program.substr(0, program.rfind('/'));
}

Result<std::string> locate(const std::string& name, const std::vector<std::string>& directories) {
  if (name.find('/') != std::string::npos) return name;
  std::string looked;
  for (const auto& directory : directories) {
    std::string path = directory + "/" + name + ".so";
    if (access(path.c_str(), R_OK) == 0) return path;
    looked += (looked.empty() ? "" : ", ") + directory;
  }
  return Error{"there is no plugin '" + name + "' in " + looked +
               ": install it, or set RESTANZA_PLUGIN_PATH"};
}

// What this host cannot work with, or an empty text.
std::string misfit(const xp_plugin_desc* d) {
  if (!d) return "has no descriptor";
  if (!XP_HAS(xp_plugin_desc, d, get_extension)) return "has a descriptor that is shorter than version 1.0";
  if (d->min_host_minor > XP_MINOR)
    return "needs a newer host (minor version " + std::to_string(d->min_host_minor) + ")";
  if (!d->id || !d->version || !d->license) return "has a descriptor without id, version or license";
  if (!d->create || !d->start || !d->drain || !d->destroy) return "has a descriptor that lacks a function";
  return {};
}

}  // namespace

Result<std::unique_ptr<Library>> Library::open(const std::string& name,
                                               const std::vector<std::string>& directories) {
  auto path = locate(name, directories);
  if (!path) return path.error();
  auto file = LibraryFiles::of_process().at(*path);
  const LibraryThreads::Call call(file->threads);
  void* handle = dlopen(file->loaded_as.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle) return Error{"the plugin '" + *path + "' cannot be loaded: " + dlerror()};
  using Entry = const xp_plugin_desc* (*)();
  const auto entry = reinterpret_cast<Entry>(dlsym(handle, kEntry));
  const xp_plugin_desc* descriptor = entry ? entry() : nullptr;
  const std::string wrong =
      entry ? misfit(descriptor) : std::string("is none: it lacks the symbol ") + kEntry;
  if (!wrong.empty()) {
    dlclose(handle);
    return Error{"the plugin '" + *path + "' " + wrong};
  }
  return std::unique_ptr<Library>(new Library(std::move(file), handle, descriptor));
}

std::vector<std::string> Library::extra_symbols() const {
  std::vector<std::string> extra = exported_symbols(handle_);
  extra.erase(std::remove(extra.begin(), extra.end(), kEntry), extra.end());
  std::sort(extra.begin(), extra.end());
  return extra;
}

LibraryThreads::Left Library::threads_left() const {
  return file_.use_count() == 1 ? file_->threads.left() : LibraryThreads::Left{};
}

void Library::leak() {
  handle_ = nullptr;
  LibraryFiles::of_process().keep(file_);
}

Library::~Library() {
  if (handle_) dlclose(handle_);
}

std::vector<std::string> plugin_directories() {
  std::vector<std::string> directories;
  if (const char* path = std::getenv("RESTANZA_PLUGIN_PATH")) {
    for (const auto part : split(path, ':')) {
      if (!part.empty()) directories.emplace_back(part);
    }
  }
  directories.push_back(own_directory() + "/../plugin");
  directories.emplace_back(RESTANZA_PLUGIN_DIR);
  return directories;
}

}  // namespace restanza::host
