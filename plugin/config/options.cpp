// SPDX-License-Identifier: MIT
#include "config/options.h"

#include "base/credential.h"
#include "config/reader.h"

namespace restanza::config {
namespace {

constexpr size_t kMebibyte = size_t{1} << 20;

void read_component_secret(Reader& reader, std::string& secret) {
  std::string file;
  reader.text("component_secret", secret);
  reader.text("component_secret_file", file);
  if (reader.has("component_secret") && secret.empty()) reader.fail("component_secret", "must not be empty");
  if (!reader.has("component_secret_file")) return;
  if (!secret.empty())
    return reader.fail("component_secret_file", "stands beside 'component_secret': keep one");
  auto content = read_secret(file);
  if (!content) return reader.fail("component_secret_file", content.error().text);
  secret = std::move(*content);
}

}  // namespace

Result<Options> parse_options(std::string_view json, std::string_view domain) {
  const auto object = nlohmann::json::parse(json.begin(), json.end(), nullptr, false);
  if (!object.is_object()) return Error{"the settings are not one JSON object"};
  Reader reader(object, "");
  Options options;
  read_component_secret(reader, options.component_secret);
  reader.flag("anonymous_rest", options.anonymous_rest);
  std::vector<std::string> mechanisms{"Basic", "Bearer"};
  reader.words("rest_auth_mechanisms", mechanisms, {"Basic", "Bearer"});
  options.basic = holds(mechanisms, "Basic");
  options.bearer = holds(mechanisms, "Bearer");
  reader.seconds("rest_iq_timeout", options.iq_timeout, 0.001, 86400);
  reader.seconds("rest_iq_max_timeout", options.iq_max_timeout, 0.001, 86400);
  reader.count("rest_iq_pending_limit", options.iq_pending_limit, 1, 1000000);
  reader.count("rest_stanza_size_limit", options.stanza_size_limit, 1, 16777216);
  reader.flag("rest_json_strict", options.json_strict);
  reader.flag("rest_json_xml", options.json_xml);
  reader.words("rest_cors_origins", options.cors_origins);
  read_callbacks(reader, options.callbacks);
  reader.flag("rest_callback_public_only", options.callback_public_only);
  reader.count("journal_max_bytes", options.journal_max_bytes, kMebibyte, kMebibyte << 20);
  reader.flag("rest_metrics_public", options.metrics_public);
  read_tokens(reader, domain, options.tokens);
  reader.rate("rest_rate_limit", true, options.rate_limit);
  if (auto finished = reader.finish(); !finished) return finished.error();
  return options;
}

}  // namespace restanza::config
