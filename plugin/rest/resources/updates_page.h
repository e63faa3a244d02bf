// SPDX-License-Identifier: MIT
// A page of updates as a document: in JSON, or in XML. Pure, any thread.
#pragma once

#include <functional>
#include <string>

#include "base/clock.h"
#include "feed/page.h"
#include "mapping/codec.h"
#include "rest/answers/json_writer.h"

namespace restanza::rest {

inline constexpr const char* kUpdatesNamespace = "urn:restanza:updates:0";

// One of them, as it stands in a page.
std::string update_json(const feed::Update& update, const mapping::Options& options, Instant now);

// Without those that are not `visible`; `now` is for how long an iq still waits.
using Visible = std::function<bool(const xmpp::Stanza&)>;
std::string updates_json(const feed::Page& page, const Visible& visible, const mapping::Options& options,
                         Instant now);
std::string updates_xml(const feed::Page& page, const Visible& visible, Instant now);

// The member `stanza` of the object that is being written; `xml` where it has no other form.
void write_stanza(JsonWriter& json, const xmpp::Stanza& stanza, const mapping::Options& options);

}  // namespace restanza::rest
