// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/first_run.h"

#include "app/state.h"
#include "modes/local_mode.h"

namespace restanza::host {

namespace {

// As in JSON; a path holds anything but NUL.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

}  // namespace

HostConfig first_config() {
  HostConfig config;
  config.state_dir = default_state_dir();
  PluginConfig plugin;
  plugin.domain = plugin.http_host = "rest.localhost";
  if (!config.state_dir.empty()) plugin.state_dir = config.state_dir + "/" + plugin.domain;
  config.plugins.push_back(plugin);
  return config;
}

Result<FirstRun> first_run(const std::string& webhook) {
  FirstRun run;
  HostConfig& config = run.config;
  config = first_config();
  if (config.state_dir.empty())
    return Error{"there is no place for the secrets: set HOME, or write a configuration"};
  if (auto made = make_directory(config.state_dir); !made) return made.error();

  const std::string secret_file = config.state_dir + "/component-secret";
  const std::string password_file = config.state_dir + "/dev-password";
  if (auto secret = kept_secret(secret_file); !secret) return secret.error();
  auto password = kept_secret(password_file);
  if (!password) return password.error();
  own_settings<LocalMode>(config.of_mode).accounts["dev"] = *password;

  config.plugins[0].settings_json = "{\"component_secret_file\": " + quoted(secret_file);
  if (!webhook.empty()) {
    config.plugins[0].settings_json += ", \"rest_callback_url\": " + quoted(webhook);
    config.plugins[0].source.file = "--webhook";
    config.plugins[0].source.lines["rest_callback_url"] = 0;
  }
  config.plugins[0].settings_json += "}";

  run.hint =
      "The secret of the component rest.localhost is in " + secret_file +
      "\nThe password of the account dev@localhost is in " + password_file +
      "\nTry:\n  curl -u \"rest.localhost:$(cat '" + secret_file +
      "')\" -H 'Content-Type: application/xmpp+xml' \\\n    --data \"<iq type='get' to='localhost'><ping "
      "xmlns='urn:xmpp:ping'/></iq>\" http://127.0.0.1:5280/rest\n";
  if (!webhook.empty()) run.hint += "What is sent to rest.localhost is posted to that endpoint.\n";
  return run;
}

}  // namespace restanza::host
