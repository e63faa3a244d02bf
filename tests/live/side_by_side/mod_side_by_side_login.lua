-- SPDX-License-Identifier: MIT
-- Lets the side-by-side comparison log in to mod_rest on a component, which has no accounts: mints one token for the
-- component's own address and writes it to a file, and refuses every password as a host without that user would.
local usermanager = require "core.usermanager";
local tokens = module:depends("tokenauth");

prosody.hosts[module.host].users = usermanager.new_null_provider();

local token = assert(tokens.create_jid_token(module.host, module.host));
local file = assert(io.open(module:get_option_string("side_by_side_token_file"), "w"));
file:write(token);
file:close();
