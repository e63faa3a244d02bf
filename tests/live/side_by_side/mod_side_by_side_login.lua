-- SPDX-License-Identifier: MIT
-- Lets the side-by-side comparison log in: writes a token to a file. On a host with accounts it is alice's. A component has none,
-- so there it is for the component's own address, which mod_rest takes, and every password is refused as a host without that
-- user would.
local id = require "util.id";
local usermanager = require "core.usermanager";
local tokens = module:depends("tokenauth");

local is_component = module:get_host_type() == "component";
if is_component then prosody.hosts[module.host].users = usermanager.new_null_provider(); end

local address = is_component and module.host or "alice@"..module.host;
local token;
if rawget(tokens, "create_jid_token") then -- Prosody 0.12
	token = assert(tokens.create_jid_token(address, address));
elseif not is_component then
	local grant = assert(tokens.create_grant(address, address));
	token = assert(tokens.create_token(address, grant, "prosody:registered"));
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
