-- A watchdog for the gate service in C, and the agent of all its clients.
-- The gate gives packages without their size and sends what it is given.

local skynet = require "skynet"
local socket = require "skynet.socket"
require "skynet.manager"

local gate

skynet.register_protocol {
	name = "text",
	id = skynet.PTYPE_TEXT,
	pack = function(text) return text end,
	unpack = skynet.tostring,
}

skynet.register_protocol {
	name = "client",
	id = skynet.PTYPE_CLIENT,
	pack = function(text) return text end,
	unpack = skynet.tostring,
}

local function answer(id, text)
	-- The gate sends it and takes the last four bytes for the socket's id.
	skynet.send(gate, "client", string.pack(">s2", text)
	    .. string.pack("<I4", id))
end

skynet.start(function()
	skynet.dispatch("text", function(_, _, report)
		print(report)
		local id, event = report:match "^(%d+) (%a+)"
		if event == "open" then
			skynet.send(gate, "text", string.format(
			    "forward %s :%x :0", id, skynet.self()))
			skynet.send(gate, "text", "start " .. id)
		end
	end)
	skynet.dispatch("client", function(id, _, text)
		skynet.ignoreret()
		if text == "quit" then
			answer(id, "bye")
			skynet.send(gate, "text", "kick " .. id)
		else
			answer(id, text)
			print("echo " .. text)
		end
	end)
	gate = skynet.launch("gate", "S", skynet.address(skynet.self()),
	    "127.0.0.1:8788", skynet.PTYPE_CLIENT, 16)
	print("gate is " .. (gate and "open" or "not open"))
end)
