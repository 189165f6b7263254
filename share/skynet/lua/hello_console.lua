-- For the case console: says what it was started with.

local skynet = require "skynet"
local word = ...

skynet.start(function()
	print("hello from the console " .. word)
	skynet.exit()
end)
