-- SPDX-License-Identifier: MIT
-- The options of prosody.cfg.lua as the plugin and the kit want them. They are read anew at each call, since the file may have
-- been read again. `options`: the plugin's settings, each with whether it is a list.
local need = module:require "restanza_need";
local array = need "util.array";
local certmanager = need "core.certmanager";
local configmanager = need "core.configmanager";
local json = need "util.json";
local lfs = require "lfs";

local host = module.host;
local options;
local settings = {};

-- Once, when the module is loaded: whether requests come through Prosody's own HTTP server.
local http = module:get_option_string("restanza_http", "own");
if http ~= "own" and http ~= "prosody" then error("restanza_http is \"own\" or \"prosody\", and not \""..http.."\"", 0); end
settings.through_prosody = http == "prosody";

local function list_option(name, default)
	local value = module:get_option(name, default);
	return type(value) == "table" and value or { value };
end

function settings.of_plugin()
	local given = module:get_option("restanza_plugin_settings"); -- of a plugin that is not restanza
	if given then return json.encode(given); end
	given = {};
	for name, is_list in pairs(options) do
		local value = module:get_option(name);
		if value ~= nil and is_list and type(value) ~= "boolean" then
			value = array():append(type(value) == "table" and value or { value }); -- an empty one has to be []
		end
		given[name] = value;
	end
	if given.anonymous_rest and module:get_option_string("authentication") ~= "anonymous" then -- as mod_rest has it
		module:log("warn", "anonymous_rest has no effect where authentication is not \"anonymous\"");
		given.anonymous_rest = nil;
	end
	return json.encode(given);
end

-- To which addresses of the host stanzas are offered. A component needs them all, for answers come there; on a VirtualHost only
-- those to the host itself are offered where nothing else is said.
function settings.events(is_component)
	if is_component then return { "bare", "full", "host" }; end
	return list_option("rest_callback_events", { "host" });
end

function settings.name_unknown()
	for name in pairs(configmanager.getconfig()[host] or {}) do
		if type(name) == "string" and name:match("^rest_") and options[name] == nil then
			module:log("warn", "the option %s is not known to Restanza, and means nothing", name);
		end
	end
end

-- A line for each place to listen at, or nil and the reason.
function settings.addresses()
	local places = {};
	if settings.through_prosody then return ""; end
	for _, port in ipairs(list_option("restanza_http_ports", { 5290 })) do
		for _, interface in ipairs(list_option("restanza_http_interfaces", { "127.0.0.1" })) do
			table.insert(places, "tcp "..(interface == "*" and "0.0.0.0" or interface).." "..tostring(port));
		end
	end
	for _, path in ipairs(list_option("restanza_http_sockets", {})) do table.insert(places, "unix "..path); end
	if places[1] then return table.concat(places, "\n"); end
	return nil, "restanza_http_ports and restanza_http_sockets are both empty: HTTP needs a place";
end

-- The files of certificate and key where Prosody finds those of the host, both empty where HTTP is served without TLS; or nil and
-- the reason.
function settings.certificate()
	if settings.through_prosody or not module:get_option_boolean("restanza_http_tls", false) then
		return { certificate = "", key = "" };
	end
	local found = certmanager.find_host_cert(host);
	if found then return found; end
	return nil, "restanza_http_tls needs a certificate, and none is found for "..host;
end

function settings.prefix()
	return ((module:get_option("http_paths", {}).rest or "/rest"):gsub("/$", ""));
end

function settings.state_directory()
	local encoded = host:gsub("[^%w]", function (c) return ("%%%02x"):format(c:byte()); end); -- as Prosody names its own
	local folder = prosody.paths.data.."/"..encoded;
	lfs.mkdir(folder);
	lfs.mkdir(folder.."/restanza");
	return folder.."/restanza";
end

return function (known_options)
	options = known_options;
	return settings;
end
