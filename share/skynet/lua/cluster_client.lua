-- For the case cluster_back: asks the first node ten times a second.

local skynet = require "skynet"
local cluster = require "skynet.cluster"

skynet.start(function()
	cluster.reload { db = "127.0.0.1:2528" }
	while true do
		local ok, value = pcall(cluster.call, "db", "@sdb", "GET", "a")
		print(ok and "answer" or "no answer", value)
		skynet.sleep(10)
	end
end)
