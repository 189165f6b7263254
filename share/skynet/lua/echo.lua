-- An echo of all that comes, for speed.sh.  "one": a coroutine for each
-- connection in one service.  "each": a service for each connection.

local skynet = require "skynet"
local socket = require "skynet.socket"
local mode, id = ...

local function echo(id)
	socket.start(id)
	while true do
		local text = socket.read(id)
		if not text then
			break
		end
		socket.write(id, text)
	end
	socket.close(id)
end

skynet.start(function()
	if mode == "agent" then
		skynet.fork(function()
			echo(tonumber(id))
			skynet.exit()
		end)
		return
	end
	mode = skynet.getenv "mode" or "one"
	local listener, _, port = socket.listen("127.0.0.1", 0)
	socket.start(listener, function(id)
		if mode == "each" then
			skynet.newservice(SERVICE_NAME, "agent", id)
		else
			skynet.fork(echo, id)
		end
	end)
	print("port " .. port)
end)
