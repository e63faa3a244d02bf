// SPDX-License-Identifier: MIT
#include "webhook/settings.h"

#include "webhook/rules.h"
#include "webhook/url.h"

namespace restanza::webhook {

Result<void> check(const Settings& settings) {
  const auto url = Url::parse(settings.url);
  if (!url) return url.error();
  if (const auto fields = check_fields(url->target); !fields) {
    return Error{"'" + url->origin() + url->target + "' " + fields.error().text};
  }
  if (settings.timeout.count() < 1) return Error{"the webhook's timeout must be longer than 0"};
  if (settings.max_connections < 1) return Error{"the webhook's connections at once must be 1 or more"};
  return {};
}

}  // namespace restanza::webhook
