-- SPDX-License-Identifier: MIT
-- Does in a running Prosody what a test writes into a file: "load", "unload" or "reload", a module and a host; or "collect",
-- for Lua's garbage. What came of it stands in the file with .done behind its name, "ok" or the error.
module:set_global();

local is_new, modulemanager = pcall(require, "prosody.core.modulemanager"); -- Prosody 13
if not is_new then modulemanager = require "core.modulemanager"; end
local steps = { load = modulemanager.load, unload = modulemanager.unload, reload = modulemanager.reload };
function steps.collect() return collectgarbage() == 0; end
local path = module:get_option_string("steer_file");
local EVERY = 0.02; -- seconds

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
	file:write(done and "ok" or tostring(why));
	file:close();
	os.rename(path..".part", path..".done");
	return EVERY;
end);
