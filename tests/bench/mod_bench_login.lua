-- SPDX-License-Identifier: MIT
-- Lets a benchmark log in to mod_rest with one password for everybody there, which costs it the least: a token is read
-- from its file at each request.
module:depends "side_by_side_login";

local secret = module:get_option_string("bench_login_secret");
local provider = require "core.usermanager".new_null_provider();

function provider.test_password(_, password)
	return password == secret;
end

prosody.hosts[module.host].users = provider;
