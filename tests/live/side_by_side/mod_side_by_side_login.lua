-- SPDX-License-Identifier: MIT
-- Lets the side-by-side comparison log in to mod_rest on a component, which has no accounts: writes one token for the
-- component's own address to a file, and refuses every password as a host without that user would.
local id = require "util.id";
local usermanager = require "core.usermanager";
local tokens = module:depends("tokenauth");

prosody.hosts[module.host].users = usermanager.new_null_provider();

local token;
if rawget(tokens, "create_jid_token") then -- Prosody 0.12
	token = assert(tokens.create_jid_token(module.host, module.host));
else -- from Prosody 13 on a session needs a role, and only users have roles
	token = "secret-token:" .. id.long();
	local others = tokens.get_token_session;
	function tokens.get_token_session(given, ...)
		if given == token then
			return { host = module.host };
		end
		return others(given, ...);
	end
end

local file = assert(io.open(module:get_option_string("side_by_side_token_file"), "w"));
file:write(token);
file:close();
