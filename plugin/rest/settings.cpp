// SPDX-License-Identifier: MIT
#include "rest/settings.h"

#include "base/credential.h"
#include "rest/access/token_settings.h"

namespace restanza::rest {
namespace {

using config::Reader;
using Login = Credentials::Settings;
using All = Resources::Settings;

void read_component_secret(Reader& reader, const char* key, Login& login) {
  reader.text(key, login.component_secret);
  if (reader.has(key) && login.component_secret.empty()) reader.fail(key, "must not be empty");
}

void read_component_secret_file(Reader& reader, const char* key, Login& login) {
  std::string file;
  reader.text(key, file);
  if (!reader.has(key)) return;
  if (!login.component_secret.empty()) return reader.fail(key, "stands beside 'component_secret': keep one");
  auto content = read_secret(file);
  if (!content) return reader.fail(key, content.error().text);
  login.component_secret = std::move(*content);
}

std::vector<std::string> every_mechanism() {
  return {"Basic", "Bearer"};
}

void read_mechanisms(Reader& reader, const char* key, Login& login) {
  auto mechanisms = every_mechanism();
  reader.words(key, mechanisms, every_mechanism());
  login.basic = config::holds(mechanisms, "Basic");
  login.bearer = config::holds(mechanisms, "Bearer");
}

config::Settings<Login> credential_settings() {
  using Row = config::Setting<Login>;
  return {
      Row::custom("component_secret", "text", "none", "the password for the domain itself",
                  read_component_secret),
      Row::custom("component_secret_file", "text", "none", "a file that holds it, instead",
                  read_component_secret_file),
      Row::flag("anonymous_rest", &Login::anonymous,
                "requests without credentials are accepted, from a random address at the domain"),
      Row::custom("rest_auth_mechanisms", "list of texts", settings::shown(every_mechanism()),
                  "which credentials are accepted", read_mechanisms),
      Row::custom("rest_tokens", "list of tables", "none", "a table for each token, with the keys below",
                  [](Reader& reader, const char* key, Login& login) {
                    read_tokens(reader, key, login.domain, login.tokens);
                  }),
      Row::custom(
          "rest_rate_limit", "number", "0",
          "requests a second of the component, of each account, and of all anonymous clients together; "
          "0: any number",
          [](Reader& reader, const char* key, Login& login) { reader.rate(key, true, login.rate_limit); })
          .within("0.001 to 1000000"),
  };
}

config::Settings<Iqs::Settings> iq_settings() {
  using Row = config::Setting<Iqs::Settings>;
  return {
      Row::seconds("rest_iq_timeout", &Iqs::Settings::timeout, 0.001, 86400.0,
                   "how long an iq waits for its answer where the request names no time"),
      Row::seconds("rest_iq_max_timeout", &Iqs::Settings::max_timeout, 0.001, 86400.0,
                   "how long it waits at most"),
  };
}

config::Settings<mapping::Options> mapping_settings() {
  using Row = config::Setting<mapping::Options>;
  return {
      Row::flag("rest_json_strict", &mapping::Options::strict, "a JSON key that has no mapping is an error"),
      Row::flag("rest_json_xml", &mapping::Options::raw_xml,
                "elements that have no mapping are kept in JSON under `xml`"),
  };
}

}  // namespace

const config::Settings<All>& resource_settings() {
  static const auto all = [] {
    using Row = config::Setting<All>;
    config::Settings<All> rows;
    settings::add_below(rows, &All::credentials, credential_settings());
    settings::add_below(rows, &All::iqs, iq_settings());
    settings::add_below(rows, &All::mapping, mapping_settings());
    rows.push_back(Row::texts("rest_cors_origins", &All::cors_origins,
                              "origins whose pages may use the API; none: `[]`"));
    rows.push_back(
        Row::flag("rest_metrics_public", &All::metrics_public, "`/rest/metrics` without credentials"));
    return rows;
  }();
  return all;
}

}  // namespace restanza::rest
