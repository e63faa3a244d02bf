-- SPDX-License-Identifier: MIT
-- Does in a running Prosody what a test writes into a file: a step, what it is for, and a host. What came of it stands in the file
-- with .done behind its name: "ok", a text, or the error.
--
--   load, unload, reload: a module      issue: "alice", or "alice:-10" where it has expired 10 s ago -> a token
--   revoke: a token                     remove: an account                 fire: an event of the server
--   collect: Lua's garbage
module:set_global();

local is_new, modulemanager = pcall(require, "prosody.core.modulemanager"); -- Prosody 13
if not is_new then modulemanager = require "core.modulemanager"; end
local usermanager = require(is_new and "prosody.core.usermanager" or "core.usermanager");
local steps = { load = modulemanager.load, unload = modulemanager.unload, reload = modulemanager.reload };
function steps.collect() return collectgarbage() == 0; end
local path = module:get_option_string("steer_file");
local EVERY = 0.02; -- seconds

function steps.issue(host, wanted)
	local username, after = wanted:match("^([^:]+):?(.*)$");
	local address, seconds = username.."@"..host, tonumber(after);
	local tokens = modulemanager.get_module(host, "tokenauth");
	if not is_new then return tokens.create_jid_token(address, address, nil, seconds); end
	local grant = assert(tokens.create_grant(address, address));
	return tokens.create_token(address, grant, usermanager.get_user_role(username, host).name, seconds);
end

function steps.revoke(host, token)
	return modulemanager.get_module(host, "tokenauth").revoke_token(token);
end

function steps.fire(_, event)
	prosody.events.fire_event(event);
	return true;
end

function steps.remove(host, username)
	return usermanager.delete_user(username, host);
end

local function said()
	local file = io.open(path);
	if not file then return nil; end
	local line = file:read("*l");
	file:close();
	os.remove(path);
	return line;
end

module:add_timer(EVERY, function ()
	local line = said();
	if not line then return EVERY; end
	local step, name, host = line:match("^(%S+) (%S+) (%S+)$");
	local done, why = steps[step](host, name);
	local file = assert(io.open(path..".part", "w"));
	file:write(type(done) == "string" and done or done and "ok" or tostring(why));
	file:close();
	os.rename(path..".part", path..".done");
	return EVERY;
end);
