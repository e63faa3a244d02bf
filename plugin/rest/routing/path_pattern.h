// SPDX-License-Identifier: MIT
// Patterns of paths, such as "/deliveries/{id}/replay". A path comes from outside as it was sent: it is cut
// at the slashes first and each part is percent-decoded after that, so that a slash inside an address stays
// there. Matched by hand, as pattern matching on paths has been a way to crash servers. Pure, any thread.
//
// In the place of {kind} stands message, presence or iq; of {type} and {query} letters, digits and '_'; of
// {to}, which comes last, the rest with its slashes, perhaps nothing; of any other name one part that is not
// empty. In {query} a GET may name one that is not known, which its handler refuses; other methods
// match known ones only, and POST none, as mod_rest finds nothing there.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace restanza::rest {

// What stands in the places, decoded, in their order.
using PathValues = std::vector<std::string>;

// Absent where the path is another one, not UTF-8, or has a broken escape. The pattern "" fits "/" too.
std::optional<PathValues> match(std::string_view pattern, std::string_view method, std::string_view path);

// The first place of the pattern in which the path has what may not stand there, such as "{type}"; empty:
// there is none, as far as the path goes.
std::string_view misfit(std::string_view pattern, std::string_view method, std::string_view path);

// The order in which patterns are tried: part by part, the one that says more comes first.
bool goes_before(std::string_view pattern, std::string_view other);

// The part before the next slash, which goes off `path` together with it.
std::string_view take_part(std::string_view& path);

}  // namespace restanza::rest
