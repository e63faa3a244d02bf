// SPDX-License-Identifier: MIT
#include "hosting/services/report.h"

namespace restanza::host {

Result<bool> run_report(const xp_plugin_desc& plugin, const std::string& state_dir, const OnLine& line) {
  const auto* const report = extension_of<xp_report>(plugin, XP_EXT_REPORT);
  if (!report || !XP_HAS(xp_report, report, report) || !report->report) return false;
  ToldLines lines(line);
  xp_error error{};
  const xp_status status =
      report->report(views::view_or_absent(state_dir), ToldLines::on_line, &lines, &error);
  return lines.outcome(status, error);
}

}  // namespace restanza::host
