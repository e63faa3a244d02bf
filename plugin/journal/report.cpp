// SPDX-License-Identifier: MIT
#include "journal/report.h"

#include <algorithm>

#include "journal/columns.h"

namespace restanza::journal {
namespace {

std::string age(WallTime then, WallTime now) {
  const auto seconds =
      std::max<int64_t>(0, std::chrono::duration_cast<std::chrono::seconds>(now - then).count());
  if (seconds < 120) return std::to_string(seconds) + " s";
  if (seconds < 2 * 3600) return std::to_string(seconds / 60) + " min";
  if (seconds < 48 * 3600) return std::to_string(seconds / 3600) + " h";
  return std::to_string(seconds / (24 * 3600)) + " d";
}

std::string endpoint_table(const Report& report, WallTime now) {
  struct Line {
    std::string state = "active";
    Count count;
  };
  std::map<std::string, Line> lines;
  for (const Count& count : report.counts) lines[count.endpoint].count = count;
  for (const EndpointStop& stop : report.stops) {
    lines[stop.endpoint].state = std::string(stop.stop == Stop::disabled ? "disabled" : "paused") +
                                 (stop.reason.empty() ? "" : ": " + stop.reason);
  }
  if (lines.empty()) return "The journal is empty.\n";
  Columns columns({"ENDPOINT", "STATE", "WAITING", "DEAD", "OLDEST", "LAST ERROR"});
  for (const auto& [endpoint, line] : lines) {
    const auto error = report.latest_errors.find(endpoint);
    columns.add({endpoint, line.state, std::to_string(line.count.waiting), std::to_string(line.count.dead),
                 line.count.oldest ? age(*line.count.oldest, now) : "-",
                 error == report.latest_errors.end() ? "" : error->second});
  }
  return columns.text();
}

std::string delivery_table(const Report& report, WallTime now) {
  if (report.deliveries == 0) return {};
  Columns columns({"ID", "ENDPOINT", "STATE", "FROM", "TO", "KIND", "AGE", "ATTEMPTS", "LAST ERROR"});
  for (const Delivery& delivery : report.first) {
    const xmpp::Stanza& stanza = *delivery.stanza;
    columns.add({delivery.id, delivery.endpoint, delivery.state == State::waiting ? "waiting" : "dead",
                 stanza.from, stanza.to, xmpp::name_of(stanza.kind), age(delivery.accepted, now),
                 std::to_string(delivery.attempts), delivery.last_error});
  }
  std::string text = "\n" + columns.text();
  const size_t more = report.deliveries - std::min(report.deliveries, report.first.size());
  if (more > 0) text += "and " + std::to_string(more) + " more\n";
  return text;
}

std::string key_table(const KeysKept& kept) {
  if (kept.keys == 0) return {};
  Columns columns({"IDEMPOTENCY KEYS OF", "KEYS", "BYTES"});
  for (const KeyUse& use : kept.credentials) {
    columns.add(
        {use.credential.empty() ? "-" : use.credential, std::to_string(use.keys), std::to_string(use.bytes)});
  }
  columns.add({"all", std::to_string(kept.keys), std::to_string(kept.bytes)});
  return "\n" + columns.text();
}

}  // namespace

std::string as_table(const Report& report, WallTime now) {
  return endpoint_table(report, now) + delivery_table(report, now) + key_table(report.keys);
}

}  // namespace restanza::journal
