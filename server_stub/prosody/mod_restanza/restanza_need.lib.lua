-- SPDX-License-Identifier: MIT
-- A library of Prosody's by its name: Prosody 13 has its own below "prosody.", and 0.12 has them without.
return function (name)
	local found, library = pcall(require, "prosody."..name);
	if found then return library; end
	return require(name);
end
