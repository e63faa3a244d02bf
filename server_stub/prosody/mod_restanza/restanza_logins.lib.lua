-- SPDX-License-Identifier: MIT
-- Who logs in to a VirtualHost: its accounts, with their passwords or with tokens that Prosody issued (mod_tokenauth).
local need = module:require "restanza_need";
local async = need "util.async";
local stringprep = need "util.encodings".stringprep;
local usermanager = need "core.usermanager";

local MAX_CHECKS = 256; -- of passwords and tokens, that a slow provider keeps waiting

local host = module.host;
local tokens = module:get_host_type() == "local" and module:depends("tokenauth");
local logins = {};

-- Prosody 13 knows accounts that are disabled, but not of each provider: of some it says nil where all are enabled.
local function is_active(username)
	if usermanager.user_is_enabled and usermanager.user_is_enabled(username, host) == false then return false; end
	return usermanager.user_exists(username, host);
end

-- The bare address of the account with this password, or nil.
local function account_with(name, password)
	local username, at = name:match("^([^@]+)@(.+)$");
	username = stringprep.nodeprep(username or name);
	password = stringprep.saslprep(password);
	if not username or not password or at and stringprep.nameprep(at) ~= host then return nil; end
	if not is_active(username) then return nil; end -- some providers fail at a name that they do not know
	return usermanager.test_password(username, host, password) and username.."@"..host or nil;
end

-- The bare address of the account that has this token of Prosody's own, or nil. Prosody 13 makes a session of a token, and 0.12
-- keeps one beside it. Whether its issuer has revoked it, or its time is over, mod_tokenauth looks up each time.
local function account_of(token)
	local session, why;
	if rawget(tokens, "get_token_session") then
		session, why = tokens.get_token_session(token);
	else
		local known;
		known, why = tokens.get_token_info(token);
		session = known and known.session;
	end
	if why == "internal-error" then error("the store of tokens cannot be read", 0); end
	if not session or session.host ~= host or not session.username or not is_active(session.username) then return nil; end
	return session.username.."@"..host;
end

-- Where a provider waits, it does so here, one check after the other, and the loop goes on.
local checks = async.runner(function (check) check(); end, { error = function (_, why)
	module:log("error", "an account could not be checked: %s", why);
end });
local checking = 0;

local function check(life, number, find_account, ...)
	local inst = life.inst;
	if not inst then return; end
	if checking >= MAX_CHECKS then return inst:verdict(number, "failed"); end
	checking = checking + 1;
	local given = { ... };
	checks:run(function ()
		local good, account = pcall(find_account, table.unpack(given));
		checking = checking - 1;
		if not good then module:log("error", "an account could not be checked: %s", account); end
		if life.inst ~= inst then return; end
		if not good then return inst:verdict(number, "failed"); end
		inst:verdict(number, account and "ok" or "denied", account);
	end);
end

function logins.check_password(life, number, name, password)
	check(life, number, account_with, name, password);
end

function logins.check_token(life, number, token)
	check(life, number, account_of, token);
end

return logins;
