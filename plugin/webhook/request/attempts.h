// SPDX-License-Identifier: MIT
// One attempt at one delivery: its request, signed, with the time that is left for it. Any of the threads
// that post, each with its own transport.
#pragma once

#include "base/clock.h"
#include "base/log.h"
#include "mapping/media_type.h"
#include "subscription/lanes.h"
#include "webhook/request/transport.h"
#include "webhook/settings/settings.h"
#include "webhook/settings/signature.h"
#include "webhook/settings/url.h"
#include "xmpp/stanza_tree.h"

namespace restanza::webhook {

class Attempts {
 public:
  // All of them outlive this.
  Attempts(const Settings& settings, const Url& url, const Signer& signer, const Clock& clock, Log& log)
      : settings_(settings), url_(url), signer_(signer), clock_(clock), log_(log) {}

  // `format`: of the body. What cannot be made into a request, for want of memory, counts as not delivered.
  Outcome make(Transport& transport, mapping::Format format, const subscription::Item& item,
               const xmpp::StanzaTree& tree);

 private:
  Outcome post(Transport& transport, mapping::Format format, const subscription::Item& item,
               const xmpp::StanzaTree& tree);

  const Settings& settings_;
  const Url& url_;
  const Signer& signer_;
  const Clock& clock_;
  Log& log_;
};

}  // namespace restanza::webhook
