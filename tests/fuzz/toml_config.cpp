// SPDX-License-Identifier: MIT
// The host's configuration, and the plugin's settings in it. Input: a TOML file.
// It is refused with its file and a line of it, or gives values that are checked; the settings it holds are
// JSON, which the plugin in turn takes or refuses by name. Files that it names are read.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "app_settings.h"
#include "base/str.h"
#include "config/config.h"
#include "fuzz/property.h"
#include "modes/component_mode.h"
#include "modes/link_mode.h"
#include "xmpp/jid.h"

using namespace restanza;
using fuzz::must;

namespace {

// A file in memory, under a name that can be opened.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view content) : descriptor_(::memfd_create("config", 0)) {
    const ssize_t written = ::write(descriptor_, content.data(), content.size());
    must(written == static_cast<ssize_t>(content.size()), "there is room for the input");
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { ::close(descriptor_); }
  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  const int descriptor_;
};

void check_place(std::string_view text, const std::string& file, size_t lines) {
  must(text.substr(0, file.size() + 1) == file + ":", "an error names the file", text);
  text.remove_prefix(file.size() + 1);
  const auto line = parse_number(text.substr(0, text.find(':')));
  must(line && *line <= lines, "an error names a line of the file", text);
}

void check_plugin(const host::PluginConfig& plugin) {
  const auto domain = xmpp::Jid::parse(plugin.domain);
  must(domain && domain->full() == plugin.domain && domain->domain == plugin.domain, "a domain is prepared",
       plugin.domain);
  must(plugin.prefix.size() > 1 && plugin.prefix.front() == '/' && plugin.prefix.back() != '/',
       "a prefix is a path", plugin.prefix);
  must(!plugin.load.empty(), "a plugin has a name");
  const auto settings = nlohmann::json::parse(plugin.settings_json, nullptr, false);
  must(settings.is_object(), "settings are a JSON object", plugin.settings_json);
  AppSettings given;
  given.resources.credentials.domain = plugin.domain;
  const auto read = read_settings(plugin.settings_json, std::move(given));
  if (!read) {
    must(!read.error().text.empty(), "settings are refused with a reason");
    return;
  }
  const auto& iqs = read->resources.iqs;
  must(iqs.timeout.count() > 0 && iqs.max_timeout.count() > 0 && read->max_pending_iqs > 0,
       "limits are in their range", plugin.settings_json);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const MemoryFile file(text);
  const auto config = host::load_config(file.path(), host::known_modes());
  if (!config) {
    check_place(config.error().text, file.path(),
                1 + static_cast<size_t>(std::count(text.begin(), text.end(), '\n')));
    return 0;
  }
  must(!config->plugins.empty(), "there is a plugin");
  for (const host::PluginConfig& plugin : config->plugins) {
    check_plugin(plugin);
    must(config->mode != "component" ||
             !host::own_settings<host::ComponentPlugin>(plugin.of_mode).secret.empty(),
         "a component has a secret");
    must(plugin.source.place_of("").find(file.path() + ":") == 0, "settings have a place",
         plugin.source.place_of(""));
  }
  return 0;
}
