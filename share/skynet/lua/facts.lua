-- Says what messages the socket layer itself sends: no lualib between.  Each
-- line is a fact that may differ between the builds; compare.sh shows which.

local skynet = require "skynet"
local driver = require "skynet.socketdriver"
local core = require "skynet.core"

local NAMES = { "DATA", "CONNECT", "CLOSE", "ACCEPT", "ERROR", "UDP",
    "WARNING" }
local heard = {}	-- by id, what has come since the last question
local bytes = {}	-- by id, how much data
local last		-- of ACCEPT, the new socket
local bound		-- of CONNECT for a listener, its port
local begun = {}	-- by id, the first and the last byte of data
local count = 0

skynet.register_protocol {
	name = "socket",
	id = skynet.PTYPE_SOCKET,
	unpack = driver.unpack,
	dispatch = function(_, _, kind, id, ud, data)
		local name, list = NAMES[kind], heard[id] or {}
		heard[id] = list
		count = count + 1
		if kind == 1 then
			local text = skynet.tostring(data, ud)
			bytes[id] = (bytes[id] or 0) + ud
			begun[id] = (begun[id] or "") .. text:gsub("x+", "")
			core.trash(data, ud)
			if list[#list] ~= name then
				table.insert(list, name)
			end
		elseif kind == 6 then
			core.trash(data, ud)
			table.insert(list, name .. " " .. ud)
		elseif kind == 7 then
			table.insert(list, name .. " " .. ud)
		elseif kind == 3 then
			table.insert(list, name)
		else
			if kind == 4 then
				last = ud
			elseif kind == 2 and ud > 0 then
				bound = ud
			end
			table.insert(list, name .. " \"" .. tostring(data)
			    :gsub(":%d%d%d+", ":PORT") .. "\"")
		end
	end,
}

-- What has come for the id once nothing has come for a while.
local function events(id)
	local before
	repeat
		before = count
		skynet.sleep(30)
	until count == before
	local list = heard[id] or {}
	heard[id] = nil
	return #list == 0 and "nothing" or table.concat(list, ", ")
end

local function fact(name, value)
	print("FACT " .. name .. ": " .. tostring(value))
end

local function outcome(f, ...)
	local ok, value = pcall(f, ...)
	if type(value) == "string" then
		value = value:gsub("^.*%.lua:%d+: ", "")
	elseif type(value) == "number" and value > 0 then
		value = "an id"
	end
	return ok and tostring(value) or "error \"" .. value .. "\""
end

local listener, port

local function pair()
	local active = driver.connect("127.0.0.1", port)
	events(active)
	return active, last
end

local function started_pair()
	local active, passive = pair()
	driver.start(passive)
	driver.start(active)
	events(active)
	heard[passive] = nil
	return active, passive
end

local function opening()
	listener = driver.listen("127.0.0.1", 0)
	fact("listen", events(listener))
	port = bound
	driver.start(listener)
	fact("start of a listener", events(listener))
	local active = driver.connect("127.0.0.1", port)
	fact("connect", events(active))
	fact("accept", events(listener))
	local passive = last
	driver.start(passive)
	fact("start of an accepted socket", events(passive))
	driver.start(passive)
	fact("start of a running socket", events(passive))
	driver.start(active)
	fact("start of a connected socket", events(active))
	driver.close(active)
	fact("close", events(active))
	fact("the peer's close", events(passive))
	driver.close(passive)
	fact("close after the peer's close", events(passive))
	fact("send to a socket that is gone",
	    outcome(driver.send, passive, "x"))
	driver.start(passive)
	fact("start of a socket that is gone", events(passive))
	local other = driver.listen("::1", 0)
	driver.start(other)
	events(other)
	for _, info in ipairs(driver.info()) do
		if info.id == other then
			fact("IPv6 listener in netstat",
			    (info.sock:gsub("%d%d+$", "PORT")))
		end
	end
	driver.connect("::1", bound)
	fact("IPv6 accept", events(other))
	driver.close(other)
end

local function errors()
	local id = driver.connect("127.0.0.1", 1)
	fact("connection refused", events(id))
	id = driver.connect("256.256.256.256", 80)
	skynet.sleep(100)
	fact("connect to no address", events(id))
	fact("connect to an over-long host",
	    outcome(driver.connect, ("h"):rep(300), 80))
	fact("connect to port 70000",
	    outcome(driver.connect, "127.0.0.1", 70000))
	id = driver.bind(999)
	fact("bind of a closed descriptor", events(id))
	fact("listen on a port in use",
	    outcome(driver.listen, "127.0.0.1", port))
	driver.send(listener, "x")
	fact("send to a listener", events(listener))
end

local function halves()
	local active, passive = pair()
	driver.send(passive, "early")
	events(active)
	driver.start(passive)
	driver.start(active)
	events(active)
	fact("bytes of 5 written before start", bytes[active] or 0)

	active, passive = started_pair()
	driver.pause(passive)
	events(passive)
	driver.send(active, "data")
	driver.close(active)
	fact("data and end while paused", events(passive))
	driver.start(passive)
	fact("start after that", events(passive))
	driver.start(passive)
	fact("start again after the end", events(passive))
	driver.close(passive)

	-- A close with unread input draws a reset.
	active, passive = started_pair()
	driver.pause(passive)
	events(passive)
	driver.send(active, "data")
	skynet.sleep(10)
	driver.shutdown(passive)
	fact("shutdown with input unread", events(passive))
	fact("the peer of that", events(active))
	driver.close(active)

	active, passive = started_pair()
	driver.pause(passive)
	driver.pause(active)
	events(passive)
	bytes[active] = 0
	driver.send(active, "question")
	driver.send(passive, ("x"):rep(8 << 20))
	driver.close(passive)
	events(passive)
	driver.start(active)
	fact("answer of 8 MB, closed with input unread",
	    (events(active):gsub("CONNECT %S+, ", "")))
	fact("all bytes of that answer arrive", bytes[active] == 8 << 20)
	driver.close(active)

	active, passive = started_pair()
	driver.close(passive)
	fact("writing to one that has closed: first", events(active))
	for _ = 1, 3 do
		driver.send(active, "data")
		skynet.sleep(5)
	end
	fact("writing to one that has closed: then", events(active))
	driver.shutdown(active)
	fact("writing to one that has closed: shutdown", events(active))
end

local function backlog()
	local active, passive = started_pair()
	driver.pause(passive)
	skynet.sleep(10)
	driver.send(active, ("x"):rep(20 << 20))
	fact("one send of 20 MB", events(active):gsub("%d+", function(n)
		return n + 0 > 1024 and "more than 1024" or n
	end))
	driver.lsend(active, "l")
	driver.send(active, "h")
	driver.start(passive)
	events(passive)
	fact("its end", events(active))
	fact("order of low and high behind it", begun[passive])
	driver.pause(passive)
	skynet.sleep(10)
	bytes[passive] = 0
	driver.send(active, ("x"):rep(20 << 20))
	driver.close(active)
	fact("close with 20 MB unsent", (events(active):gsub("%d+", "some")))
	driver.start(passive)
	events(passive)
	fact("bytes that arrive", bytes[passive])
	driver.close(passive)
end

local function datagrams()
	local one = driver.udp("127.0.0.1", 8775)
	local two = driver.udp()
	driver.udp_connect(two, "127.0.0.1", 8775)
	driver.send(two, ("d"):rep(1000))
	fact("datagram", events(one))
	driver.send(two, ("d"):rep(70000))
	fact("datagram of 70000 bytes", events(two))
	driver.send(two, "d")
	fact("datagram after that", events(one))
	fact("udp_connect to another family",
	    outcome(driver.udp_connect, two, "::1", 8775))
	fact("messages of that", events(two))
	fact("datagram without a peer",
	    outcome(driver.send, driver.udp(), "d"))
	fact("udp listen on port 0",
	    outcome(driver.udp_listen, "127.0.0.1", 0))
	fact("udp listen on a port in use",
	    outcome(driver.udp_listen, "127.0.0.1", 8775))
	driver.close(one)
	fact("close of a datagram socket", events(one))
end

skynet.start(function()
	skynet.fork(function()
		for _, f in ipairs { opening, errors, halves, backlog,
		    datagrams } do
			local ok, err = pcall(f)
			if not ok then
				print("ERROR " .. err)
			end
		end
		print "FACTS end"
	end)
end)
