// SPDX-License-Identifier: MIT
// The keys of an entry of `rest_tokens`. Pure, any thread.
#pragma once

#include <string_view>
#include <vector>

#include "config/setting.h"
#include "rest/access/token.h"

namespace restanza::rest {

const config::Settings<Token>& token_settings();

// `domain` is the plugin's, prepared: tokens may only send from addresses there.
void read_tokens(config::Reader& reader, const char* key, std::string_view domain,
                 std::vector<Token>& tokens);

}  // namespace restanza::rest
