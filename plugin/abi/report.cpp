// SPDX-License-Identifier: MIT
#include "abi/report.h"

#include "abi/status.h"
#include "app.h"
#include "base/clock.h"
#include "base/str.h"
#include "xp_views.h"

namespace restanza::abi {
namespace {

using views::copy;
using views::view;

xp_status report(xp_str state_dir, void (*line)(void* ctx, xp_str line), void* ctx, xp_error* error) {
  return at_border(error, XP_INTERNAL, [&]() -> Result<void> {
    const SystemClock clock;
    const auto table = App::report(copy(state_dir), clock);
    if (!table) return table.error();
    auto lines = split(*table, '\n');
    if (!lines.empty() && lines.back().empty()) lines.pop_back();
    for (const auto each : lines) line(ctx, view(each));
    return {};
  });
}

constexpr xp_report kReport = {sizeof(xp_report), 0, report};

}  // namespace

const xp_report* report_extension() {
  return &kReport;
}

}  // namespace restanza::abi
