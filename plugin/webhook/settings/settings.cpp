// SPDX-License-Identifier: MIT
#include "webhook/settings/settings.h"

#include <algorithm>

#include "base/file.h"
#include "subscription/filter_settings.h"
#include "webhook/settings/endpoint_settings.h"
#include "webhook/settings/signature.h"
#include "webhook/settings/target.h"
#include "webhook/settings/url.h"

namespace restanza::webhook {
namespace {

constexpr std::string_view kCertificate = "-----BEGIN CERTIFICATE-----";

Result<void> check_url(const std::string& text) {
  const auto url = Url::parse(text);
  if (!url) return Error{"'url': " + url.error().text};
  const auto fields = check_fields(url->target);
  if (!fields) return Error{"'url': '" + url->origin() + "/...' " + fields.error().text};
  return {};
}

Result<void> check_ca_file(const std::string& path) {
  if (path.empty()) return {};
  const auto text = read_file(path);
  if (!text) {
    return Error{"'ca_file' names '" + path +
                 "', which cannot be read or is larger than 1 MiB: check its path"};
  }
  if (text->find(kCertificate) == std::string::npos) {
    return Error{"'ca_file' names '" + path + "', which holds no certificate in PEM"};
  }
  return {};
}

Result<void> check_limits(const Settings& settings) {
  if (settings.timeout.count() < 1) return Error{"'timeout' must be longer than 0"};
  if (settings.max_connections < 1) return Error{"'max_connections' must be 1 or more"};
  if (settings.max_queued < 1) return Error{"'max_queued' must be 1 or more"};
  if (!(settings.drain_rate >= 0)) return Error{"'drain_rate' must be 0 requests a second or more"};
  return {};
}

}  // namespace

bool is_header_value(std::string_view text) {
  const auto visible = [](char c) { return c > ' ' && c < '\x7f'; };
  return !text.empty() && visible(text.front()) && visible(text.back()) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return visible(c) || c == ' '; });
}

Result<void> check(const Settings& settings) {
  const auto secrets = [&]() -> Result<void> {
    const auto signer = Signer::make(settings.secrets);
    if (!signer) return signer.error();
    return {};
  };
  for (const auto& checked : {settings::check_each(entry_settings(), settings), check_url(settings.url),
                              subscription::check_filter(settings), secrets(),
                              check_ca_file(settings.ca_file), check_limits(settings)}) {
    if (!checked) return checked;
  }
  return {};
}

}  // namespace restanza::webhook
