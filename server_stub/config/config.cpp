// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/config.h"

#include <arpa/inet.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/file.h"
#include "base/str.h"
#include "config/host_settings.h"
#include "config/toml_reader.h"
#include "net/socket_file.h"

namespace restanza::host {
namespace {

// Of a file that read_file did not give.
std::string why_unreadable(const std::string& file) {
  struct stat found {};
  if (stat(file.c_str(), &found) != 0 || access(file.c_str(), R_OK) != 0) {
    return std::string("cannot be read: ") + std::strerror(errno) + "; check its path and permissions";
  }
  if (S_ISDIR(found.st_mode)) return "is a directory: name the file in it";
  return "cannot be read, or is larger than 1 MiB";
}

template <class S>
Result<void> read_section(const toml::table& table, const std::string& file, const char* name,
                          const Settings<S>& settings, S& into) {
  TomlReader reader(table, file, name);
  read_each(settings, reader, into);
  return reader.finish();
}

// There is always one for a HostConfig: what it begins with is among the modes that the program knows.
const ModeSettings& mode_of(const HostConfig& config, const KnownModes& modes) {
  return **std::find_if(modes.begin(), modes.end(),
                        [&](const ModeSettings* mode) { return config.mode == mode->name; });
}

Result<void> read_xmpp(const toml::table& table, const std::string& file, const KnownModes& modes,
                       HostConfig& config) {
  TomlReader reader(table, file, "xmpp.");
  read_each(xmpp_mode(modes), reader, config);
  read_each(mode_of(config, modes).xmpp(), reader, config);
  return reader.finish();
}

Result<PluginConfig> read_plugin(const toml::table& table, const std::string& file, const ModeSettings& mode,
                                 const HostConfig& config) {
  TomlReader reader(table, file, "plugin.");
  PluginConfig plugin;
  plugin.state_dir = config.state_dir;
  read_each(plugin_settings(), reader, plugin);
  read_each(mode.plugin(), reader, plugin);
  if (plugin.domain.empty()) reader.fail("domain", "is missing: it says whose stanzas the plugin gets");
  for (const PluginConfig& other : config.plugins) {
    if (other.domain == plugin.domain)
      reader.fail("domain", "is '" + other.domain + "' like another plugin's: give each its own");
    if (other.prefix == plugin.prefix && other.http_host == plugin.http_host)
      reader.fail("prefix", "is '" + other.prefix + "' like another plugin's for the HTTP host '" +
                                other.http_host + "', and would get no request: give each its own");
  }
  mode.check_plugin(reader, config, plugin);
  if (auto finished = reader.finish(); !finished) return finished.error();
  return plugin;
}

Result<HostConfig> read_config(const toml::table& table, const std::string& file, const KnownModes& modes) {
  TomlReader reader(table, file, "");
  HostConfig config;
  config.state_dir = default_state_dir();
  read_each(top_settings(), reader, config);
  if (const auto* log = reader.table("log")) {
    if (auto read = read_section(*log, file, "log.", log_settings(), config); !read) return read.error();
  }
  if (const auto* http = reader.table("http")) {
    if (auto read = read_section(*http, file, "http.", http_settings(), config.http); !read)
      return read.error();
  }
  if (const auto* xmpp = reader.table("xmpp")) {
    if (auto read = read_xmpp(*xmpp, file, modes, config); !read) return read.error();
  }
  for (const auto* plugin : reader.tables("plugin")) {
    auto read = read_plugin(*plugin, file, mode_of(config, modes), config);
    if (!read) return read.error();
    config.plugins.push_back(std::move(*read));
  }
  if (config.plugins.empty())
    reader.fail("plugin", "is missing: write [plugin], and in it the domain that it serves");
  if (auto finished = reader.finish(); !finished) return finished.error();
  return config;
}

}  // namespace

bool HostPort::loopback() const {
  in_addr address{};  // a name may begin with "127." too
  const bool numeric = inet_pton(AF_INET, host.c_str(), &address) == 1;
  return host == "localhost" || host == "::1" || (numeric && host.rfind("127.", 0) == 0);
}

Result<HostPort> parse_address(const std::string& text, const char* example) {
  const size_t colon = text.rfind(':');
  const auto port = parse_number(colon == std::string::npos ? std::string_view()
                                                            : std::string_view(text).substr(colon + 1));
  std::string host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  // Without its brackets, an IPv6 address hides where its port begins.
  const bool unclear = host.find_first_of(bracketed ? "[]" : "[]:") != std::string::npos;
  if (port.value_or(65536) > 65535 || host.empty() || unclear) {
    return Error{std::string("must be an address with a port, such as ") + example + ", and is '" + text +
                 "'"};
  }
  return HostPort{host, static_cast<uint16_t>(*port)};
}

Result<ListenAddress> parse_listen_address(const std::string& text) {
  constexpr std::string_view kUnix = "unix:";
  if (text.compare(0, kUnix.size(), kUnix) == 0) {
    const std::string path = text.substr(kUnix.size());
    if (path.empty() || path[0] != '/' || path.size() > SocketFile::kMaxPath) {
      return Error{"must have a path of at most " + std::to_string(SocketFile::kMaxPath) +
                   " bytes that begins with '/' behind 'unix:', and is '" + text + "'"};
    }
    return ListenAddress{"", 0, path};
  }
  auto address = parse_address(text);
  if (!address)
    return Error{"must be an address with a port, such as 127.0.0.1:5280, or unix:/path/to/socket, and is '" +
                 text + "'"};
  return ListenAddress{address->host, address->port, ""};
}

Result<HostConfig> load_config(const std::string& file, const KnownModes& modes) {
  const auto content = read_file(file);
  if (!content) return Error{file + ": " + why_unreadable(file)};
  try {
    // Without the file's name: the library copies it where nothing may be thrown, so that the process would
    // end where there is no memory for it.
    return read_config(toml::parse(*content), file, modes);
  } catch (const toml::parse_error& e) {
    const auto& at = e.source().begin;
    return Error{file + ":" + std::to_string(at.line) + ": column " + std::to_string(at.column) + ": " +
                 std::string(e.description())};
  }
}

std::string default_state_dir() {
  const std::pair<const char*, const char*> places[] = {
      {"STATE_DIRECTORY", ""}, {"XDG_STATE_HOME", "/restanza"}, {"HOME", "/.local/state/restanza"}};
  for (const auto& [variable, below] : places) {
    const char* value = std::getenv(variable);
    if (value && *value) return std::string(value) + below;
  }
  return {};
}

}  // namespace restanza::host
