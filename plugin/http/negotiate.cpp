// SPDX-License-Identifier: MIT
#include "http/negotiate.h"

#include "base/str.h"

namespace restanza::http {
namespace {

// A qvalue in thousandths; 1 where the parameter is no number, so that a slip does not hide a type.
int weight_of(std::string_view parameters) {
  for (const std::string_view raw : split(parameters, ';')) {
    const std::string_view parameter = trim(raw);
    if (parameter.size() < 3 || !ascii_equal(parameter.substr(0, 2), "q=")) continue;
    const std::string_view value = parameter.substr(2);
    const auto whole = parse_number(value.substr(0, 1));
    if (!whole || *whole > 1) return 1000;
    if (*whole == 1 || value.size() < 3 || value[1] != '.') return static_cast<int>(*whole) * 1000;
    const auto digits = parse_number(value.substr(2, 3));
    if (!digits) return 1000;
    int weight = static_cast<int>(*digits);
    for (size_t i = value.substr(2, 3).size(); i < 3; ++i) weight *= 10;
    return weight;
  }
  return 1000;
}

// How closely a range names the type: 0 not at all, 1 */*, 2 type/*, 3 exactly.
int closeness(std::string_view range, std::string_view type) {
  if (ascii_equal(range, type)) return 3;
  if (range == "*/*") return 1;
  const size_t slash = range.find('/');
  if (slash == std::string_view::npos || range.substr(slash) != "/*") return 0;
  return ascii_equal(range.substr(0, slash), type.substr(0, type.find('/'))) ? 2 : 0;
}

}  // namespace

std::optional<size_t> negotiate(std::string_view accept, const std::vector<std::string_view>& offered) {
  const auto ranges = split(accept, ',');
  std::optional<size_t> best;
  int best_weight = 0;
  size_t best_place = 0;
  for (size_t i = 0; i < offered.size(); ++i) {
    int closest = 0, weight = 0;
    size_t place = 0;  // of the range that names this type most closely
    for (size_t at = 0; at < ranges.size(); ++at) {
      const size_t semicolon = ranges[at].find(';');
      const int close = closeness(trim(ranges[at].substr(0, semicolon)), offered[i]);
      if (close <= closest) continue;
      closest = close;
      place = at;
      weight = weight_of(semicolon == std::string_view::npos ? std::string_view()
                                                             : ranges[at].substr(semicolon + 1));
    }
    if (weight > best_weight || (weight == best_weight && best && place < best_place)) {
      best_weight = weight;
      best_place = place;
      best = i;
    }
  }
  return best;
}

}  // namespace restanza::http
