-- Runs before each service.  In testhttp alone all the world is on loopback.

if SERVICE_NAME == "testhttp" then
	local dns = require "skynet.dns"
	local driver = require "skynet.socketdriver"
	local socket = require "skynet.socket"
	local server, connect = dns.server, driver.connect

	dns.server = function()
		return server("127.0.0.1", 8053)
	end
	driver.connect = function()
		return connect("127.0.0.1", 8001)
	end
end
