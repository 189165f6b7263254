-- The world that test/testhttp.lua asks: a name server that answers with
-- loopback, and the example's web server.  See world_preload.lua.

local skynet = require "skynet"
local socket = require "skynet.socket"

local function answer(question)
	local at = 13
	while question:byte(at) ~= 0 do
		at = at + question:byte(at) + 1
	end
	local kind = string.unpack(">I2", question, at + 1)
	local head = question:sub(1, 2) .. "\x81\x80\0\1"
	local asked = question:sub(13, at + 4)
	local data = "\127\0\0\1"
	if kind == 28 then
		data = ("\0"):rep(15) .. "\1"
	end
	return head .. "\0\1\0\0\0\0" .. asked .. "\xc0\x0c"
	    .. string.pack(">I2I2I4s2", kind, 1, 60, data)
end

skynet.start(function()
	local server
	server = socket.udp(function(question, from)
		socket.sendto(server, from, answer(question))
	end, "127.0.0.1", 8053)
	skynet.newservice("simpleweb")
	skynet.newservice("testhttp")
end)
