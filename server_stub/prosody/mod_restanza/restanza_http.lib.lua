-- SPDX-License-Identifier: MIT
-- HTTP through Prosody's own server: requests are handed to the plugin, and their answers come back in a turn of the loop.
local host = module.host;
local http = {};

function http.answer(life, number, code, headers, body)
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

-- `lives`: by host.
function http.serve(lives)
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
		return true; -- it is answered later
	end

	local routes = {};
	for _, method in ipairs { "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS" } do
		routes[method], routes[method.." /*"] = handle_request, handle_request;
	end
	module:depends("http");
	-- Pages of strangers are allowed nothing. Prosody 0.12 cannot take an app away whose CORS is off, so it is on, for no origin.
	module:provides("http", { name = "rest", default_path = "/rest", route = routes, cors = { enabled = true, origins = {} } });
end

return http;
