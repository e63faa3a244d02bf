-- SPDX-License-Identifier: MIT
-- Restanza inside Prosody, in the place of mod_rest:   Component "rest.example.net" "restanza"
-- or on a VirtualHost, in modules_enabled. Options as mod_rest has them; server_stub/doc/inside-prosody.md lists them all.
--
-- A `life` is the plugin of a host from its start to the end of its drain. It lasts longer than this module: a reload hands it
-- to the new code, and what was unloaded goes on until its drain is done. All of this runs on Prosody's only thread.
local function need(name) -- Prosody 13 has its libraries below "prosody.", and 0.12 has them without
	local found, library = pcall(require, "prosody."..name);
	if found then return library; end
	return require(name);
end
local st = need "util.stanza";
local jid = need "util.jid";
local json = need "util.json";
local array = need "util.array";
local async = need "util.async";
local cache = need "util.cache";
local timer = need "util.timer";
local server = need "net.server";
local stringprep = need "util.encodings".stringprep;
local certmanager = need "core.certmanager";
local configmanager = need "core.configmanager";
local rostermanager = need "core.rostermanager";
local usermanager = need "core.usermanager";
local lfs = require "lfs";

local TURN = 64; -- of what has crossed, in a turn of the loop; then others have theirs
local DRAIN_SECONDS, STOP_SECONDS = 10, 5; -- what is under way may take so long where it is unloaded, and where Prosody stops
local MAX_CHECKS = 256; -- of passwords, that a slow provider keeps waiting
local MAX_ASKED = 65536; -- iqs of accounts, whose answers are looked for; past it the oldest is not
local PREPARED = 1000; -- addresses that are remembered as they were written
local FIRST, AS_MOD_REST = 1000, -1; -- priorities of hooks

local hosts, traceback = prosody.hosts, debug.traceback;
local host = module.host;
local is_component = module:get_host_type() == "component";
local native = assert(package.loadlib(module:get_directory().."/restanza_prosody.so", "luaopen_restanza_prosody"))();
local http = module:get_option_string("restanza_http", "own");
if http ~= "own" and http ~= "prosody" then error("restanza_http is \"own\" or \"prosody\", and not \""..http.."\"", 0); end
local through_prosody = http == "prosody";
local options = native.keys(); -- name -> whether it is a list
local lives = module:shared("/*/restanza/lives"); -- by host

-- The settings.

local function list_option(name, default)
	local value = module:get_option(name, default);
	return type(value) == "table" and value or { value };
end

local function settings()
	local given = {};
	for name, is_list in pairs(options) do
		local value = module:get_option(name);
		if value ~= nil and is_list then
			value = array():append(type(value) == "table" and value or { value }); -- an empty one has to be []
		end
		given[name] = value;
	end
	return json.encode(given);
end

local function name_unknown_options()
	for name in pairs(configmanager.getconfig()[host] or {}) do
		if type(name) == "string" and name:match("^rest_") and options[name] == nil then
			module:log("warn", "the option %s is not known to Restanza, and means nothing", name);
		end
	end
end

local function addresses()
	local places = {};
	if through_prosody then return ""; end
	for _, port in ipairs(list_option("restanza_http_ports", { 5290 })) do
		for _, interface in ipairs(list_option("restanza_http_interfaces", { "127.0.0.1" })) do
			table.insert(places, "tcp "..(interface == "*" and "0.0.0.0" or interface).." "..tostring(port));
		end
	end
	for _, path in ipairs(list_option("restanza_http_sockets", {})) do table.insert(places, "unix "..path); end
	return table.concat(places, "\n");
end

-- Of the host, where Prosody finds its own; empty where HTTP is served without TLS.
local function certificate()
	if through_prosody or not module:get_option_boolean("restanza_http_tls", false) then return { certificate = "", key = "" }; end
	return certmanager.find_host_cert(host);
end

local function state_directory()
	local encoded = host:gsub("[^%w]", function (c) return ("%%%02x"):format(c:byte()); end); -- as Prosody names its own
	local folder = prosody.paths.data.."/"..encoded;
	lfs.mkdir(folder);
	lfs.mkdir(folder.."/restanza");
	return folder.."/restanza";
end

-- From the plugin to Prosody.

local levels = { [0] = "debug", "info", "warn", "error", "error", "error" };
local receive = {}; -- by the kind of what has crossed

function receive.work() end

function receive.line(_, level, text)
	module:log(levels[level] or "info", "%s", text);
end

local function refuse(life, stanza, type, condition)
	if not life.inst or stanza.attr.type == "error" or stanza.attr.type == "result" then return; end
	life.inst:offer(tostring(st.error_reply(stanza, type, condition)), false, false);
end

-- Prosody's router finds sessions and hosts by addresses that are prepared (RFC 7622) already.
local prepared = cache.new(PREPARED);
local function prepare(attributes, name)
	local written = attributes[name];
	if not written then return true; end
	local address = prepared:get(written) or jid.prep(written);
	if not address then return false; end
	prepared:set(written, address);
	attributes[name] = address;
	return true;
end

-- What Prosody answers to an account of whom it knows no session, and so would drop.
local function given_back(life, stanza)
	if not life.inst then return false; end
	if not stanza.attr.from then -- from the account itself (RFC 6120, section 8.1.2.1)
		stanza = st.clone(stanza);
		stanza.attr.from = jid.bare(stanza.attr.to);
	end
	if stanza.attr.id then life.asked:set(stanza.attr.id, nil); end
	if life.inst:offer(tostring(stanza), false, false) ~= "taken" then
		module:log("debug", "nobody waits for: %s", stanza:top_tag());
	end
	return true;
end

-- What a sender is to Prosody: the host itself, or on a VirtualHost an account, as if it had a session. Handlers find the
-- roster there, which is read only where one looks.
local function origin_of(life, stanza)
	local from = stanza.attr.from;
	local username, at, resource = jid.split(from);
	if is_component or not username then return hosts[host]; end
	if stanza.name == "iq" and (stanza.attr.type == "get" or stanza.attr.type == "set") then
		life.asked:set(stanza.attr.id, from);
	end
	local origin = { type = "c2s", username = username, host = at, resource = resource, full_jid = from, log = module._log };
	function origin.send(answer) return given_back(life, answer); end
	return setmetatable(origin, { __index = function (session, key)
		if key ~= "roster" then return nil; end
		session.roster = rostermanager.load_roster(username, at);
		return session.roster;
	end });
end

function receive.stanza(life, stanza)
	if not (prepare(stanza.attr, "to") and prepare(stanza.attr, "from")) then
		return refuse(life, stanza, "modify", "jid-malformed");
	end
	local outer = life.sending;
	life.sending = stanza;
	local sent, why = xpcall(prosody.core_post_stanza, traceback, origin_of(life, stanza), stanza);
	life.sending = outer;
	if sent then return; end
	module:log("error", "a stanza could not be routed: %s", why);
	refuse(life, stanza, "cancel", "internal-server-error");
end

-- The bare address of the account with this password, or nil.
local function account_with(name, password)
	local username, at = name:match("^([^@]+)@(.+)$");
	username = stringprep.nodeprep(username or name);
	password = stringprep.saslprep(password);
	if not username or not password or at and stringprep.nameprep(at) ~= host then return nil; end
	if usermanager.user_is_enabled and not usermanager.user_is_enabled(username, host) then return nil; end -- Prosody 13
	if not usermanager.user_exists(username, host) then return nil; end -- some providers fail at a name that they do not know
	return usermanager.test_password(username, host, password) and username.."@"..host or nil;
end

-- Where a provider waits, it does so here, one check after the other, and the loop goes on.
local checks = async.runner(function (check) check(); end, { error = function (_, why)
	module:log("error", "a password could not be checked: %s", why);
end });
local checking = 0;

function receive.question(life, number, name, password)
	local inst = life.inst;
	if not inst then return; end
	if checking >= MAX_CHECKS then return inst:verdict(number, "failed"); end
	checking = checking + 1;
	checks:run(function ()
		local good, account = pcall(account_with, name, password);
		checking = checking - 1;
		if not good then module:log("error", "a password could not be checked: %s", account); end
		if life.inst ~= inst then return; end
		if not good then return inst:verdict(number, "failed"); end
		inst:verdict(number, account and "ok" or "denied", account);
	end);
end

-- HTTP through Prosody, where it is wanted so.

function receive.answer(life, number, code, headers, body)
	local response = life.open[number];
	life.open[number] = nil;
	if not response then return; end -- the client has left
	response.on_destroy = nil;
	if not code then return response.conn:close(); end
	response.status_code = code;
	local given = {};
	for i = 1, #headers, 2 do
		local name = headers[i]:lower():gsub("%-", "_");
		given[name] = given[name] and given[name]..", "..headers[i + 1] or headers[i + 1];
	end
	for name, value in pairs(given) do response.headers[name] = value; end
	response:send(body);
end

local function handle_request(event)
	local life, request, response = lives[host], event.request, event.response;
	if not life or life.draining then return 503; end
	local headers = {};
	for name, value in pairs(request.headers) do
		table.insert(headers, name:gsub("_", "-")..": "..value);
	end
	local number = life.inst:request(request.method, request.url.path, request.url.query or "", request.ip or "",
		table.concat(headers, "\n"), request.body or "");
	if not number then return 503; end -- too many wait, for the paths are the plugin's
	life.open[number] = response;
	function response.on_destroy()
		life.open[number] = nil;
		if life.inst then life.inst:client_left(number); end
	end
	return true; -- it is answered in a turn of the loop
end

local function serve_through_prosody()
	local routes = {};
	for _, method in ipairs { "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS" } do
		routes[method], routes[method.." /*"] = handle_request, handle_request;
	end
	module:depends("http");
	-- Pages of strangers are allowed nothing. Prosody 0.12 cannot take an app away whose CORS is off, so it is on, for no origin.
	module:provides("http", { name = "rest", default_path = "/rest", route = routes, cors = { enabled = true, origins = {} } });
end

-- Does what has crossed next, and says of which kind it was; nil where nothing waits.
local function do_next(life, inst)
	local kind, a, b, c, d = inst:take(st.stanza_mt);
	if not kind then return nil; end
	local good, why = xpcall(receive[kind], traceback, life, a, b, c, d);
	if not good then module:log("error", "what the plugin has sent went wrong: %s", why); end
	return kind;
end

local function turn(life)
	local inst = life.inst;
	if not inst then return; end
	inst:begin_turn();
	for _ = 1, TURN do
		local kind = do_next(life, inst);
		if not kind or life.inst ~= inst then return; end -- nothing waits, or that was its end
		if kind == "question" then break; end -- it may have taken milliseconds
	end
	timer.add_task(0, function ()
		if life.inst == inst then life.turn(); end
	end);
end

-- From Prosody to the plugin.

local function offered(life, event)
	local stanza = event.stanza;
	local said = life.inst:offer(tostring(stanza), life.sending == stanza, is_component);
	-- Of a component nobody else has a use for it, and the error is on its way. Nil: it is none that a plugin may see.
	if not said or said == "passed" and not is_component then return nil; end
	return true;
end

-- An answer to what an account has asked, wherever in its name: the plugin is asked before Prosody looks for a session.
local function answered(life, event)
	local attributes = event.stanza.attr;
	local type, id = attributes.type, attributes.id;
	if (type ~= "result" and type ~= "error") or not id then return nil; end
	local asker = life.asked:get(id);
	if not asker or asker ~= attributes.to then return nil; end
	if life.inst:offer(tostring(event.stanza), false, false) ~= "taken" then return nil; end
	life.asked:set(id, nil);
	return true;
end

-- Life.

local function hook(life, events, event, handler, priority)
	events.add_handler(event, handler, priority);
	table.insert(life.hooked, { events = events, event = event, handler = handler });
end

local function unbind(life)
	for _, each in ipairs(life.hooked) do each.events.remove_handler(each.event, each.handler); end
	life.hooked = {};
	if life.watch.close then life.watch:close(); else life.watch:setflags(false, false); end
end

local function finish(life)
	unbind(life);
	local inst = life.inst;
	life.inst = nil;
	local all_ended = inst:finish();
	repeat until not do_next(life, inst); -- what has crossed before
	inst:free();
	if lives[host] == life then lives[host] = nil; end
	if not all_ended then module:log("error", "something of the plugin runs on, and stays in memory"); end
	module:log("info", "has ended");
	if life.next then life.next(); end
	if life.ended then life.ended(); end
end

function receive.drained(life)
	if life.inst then finish(life); end
end

local function drain(life, seconds)
	if life.draining or not life.inst then return; end
	life.draining = true;
	local begun, why = life.inst:drain(seconds);
	if begun then return; end
	module:log("error", "what is under way could not be waited for: %s", why);
	finish(life);
end

local function stopping(life)
	if not life.inst then return; end
	for _, each in pairs(lives) do each.drain(STOP_SECONDS); end -- those of all hosts at the same time
	if async.ready() then
		if not life.inst then return; end
		local wait, done = async.waiter(1, true);
		life.ended = done;
		wait();
		return;
	end
	local last = os.time() + STOP_SECONDS + 2; -- Prosody's loop does not turn until this returns
	while life.inst and os.time() < last do
		life.inst:wait(50);
		life.turn();
	end
	if life.inst then finish(life); end
end

local function reload(life)
	name_unknown_options();
	local changed, why = life.inst:reload(settings());
	if not changed then module:log("error", "the settings are as they were: %s", why); end
	if not life.has_tls then return; end
	changed, why = life.inst:renew_certificate();
	if not changed then module:log("error", "the certificate is as it was: %s", why); end
end

local function bind(life)
	life.hooked = {};
	life.turn = function () turn(life); end;
	life.drain = function (seconds) drain(life, seconds); end;
	life.watch = server.watchfd(life.inst:descriptor(), function () life.turn(); end);
	for _, kind in ipairs { "message", "presence", "iq" } do
		for _, to in ipairs(is_component and { "bare", "full", "host" } or { "host" }) do
			hook(life, hosts[host].events, kind.."/"..to, function (event) return offered(life, event); end, AS_MOD_REST);
		end
	end
	if not is_component then
		for _, to in ipairs { "bare", "full" } do
			hook(life, hosts[host].events, "iq/"..to, function (event) return answered(life, event); end, FIRST);
		end
	end
	hook(life, prosody.events, "config-reloaded", function ()
		if not life.draining then reload(life); end
	end);
	hook(life, prosody.events, "server-stopping", function () stopping(life); end, FIRST); -- before connections are closed
	hook(life, prosody.events, "host-deactivating", function (event)
		if event.host == host then drain(life, DRAIN_SECONDS); end
	end);
end

local function begin()
	local before = lives[host];
	if before then -- of a module that was unloaded a moment ago, with the same port and the same directory
		before.next = function ()
			local begun, why = begin();
			if not begun then module:log_status("error", "%s", why); end
		end;
		module:log("info", "waits for the end of what was unloaded");
		return true;
	end
	name_unknown_options();
	local places = addresses();
	if places == "" and not through_prosody then
		return nil, "restanza_http_ports and restanza_http_sockets are both empty: HTTP needs a place";
	end
	local identity = certificate();
	if not identity then return nil, "restanza_http_tls needs a certificate, and none is found for "..host; end
	local prefix = (module:get_option("http_paths", {}).rest or "/rest"):gsub("/$", "");
	local inst, why = native.load(module:get_option_string("restanza_plugin", "restanza"), host, prefix, state_directory(),
		settings(), prosody.version, places, identity.certificate, identity.key, not is_component);
	if not inst then return nil, why; end
	local life = { inst = inst, asked = cache.new(MAX_ASKED), open = {}, has_tls = identity.certificate ~= "" };
	bind(life);
	local started;
	started, why = inst:start();
	if not started then
		finish(life);
		return nil, why;
	end
	lives[host] = life;
	module:log("info", "ready http=%s", through_prosody and "prosody" or inst:listening());
	return true;
end

if through_prosody then serve_through_prosody(); end
local this_life = lives[host];
if this_life and not this_life.draining then -- of a module that is reloaded
	bind(this_life);
	reload(this_life);
elseif prosody.process_type ~= "prosody" then -- such as prosodyctl
	module:log("debug", "nothing is served by this program");
elseif prosody.start_time then
	local begun, why = begin();
	if not begun then error(why, 0); end
else -- Prosody 0.12 becomes a daemon by a fork in this event, and threads do not live through one
	module:hook_global("server-started", function ()
		local begun, why = begin();
		if not begun then module:log_status("error", "%s", why); end
	end, -FIRST);
end

function module.unload()
	local life = lives[host];
	if not life then return; end
	if module.reloading and not life.draining then return unbind(life); end
	life.next = nil;
	drain(life, DRAIN_SECONDS);
end
