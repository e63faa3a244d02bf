-- SPDX-License-Identifier: MIT
-- A wrk script: sends the requests that stand in the environment, in turn on each connection, and tells of answers that
-- were none of the expected ones. load.py writes the environment.
local count = tonumber(os.getenv("BENCH_REQUESTS"))
local texts, expected = {}, {}
local nextOne = 0

for number = 1, count do
  local headers = {}
  for name, value in os.getenv("BENCH_HEADERS_" .. number):gmatch("([^:\n]+): ([^\n]+)") do
    headers[name] = value
  end
  local body = os.getenv("BENCH_BODY_" .. number)
  texts[number] = { os.getenv("BENCH_METHOD_" .. number), os.getenv("BENCH_PATH_" .. number), headers,
                    body ~= "" and body or nil }
  expected[tonumber(os.getenv("BENCH_STATUS_" .. number))] = true
end

local threads = {}
unexpected = ""
ready_made = nil

function setup(thread)
  table.insert(threads, thread)
end

function init()
  ready_made = {}
  for number, each in ipairs(texts) do
    ready_made[number] = wrk.format(each[1], each[2], each[3], each[4])
  end
end

function request()
  nextOne = nextOne % count + 1
  return ready_made[nextOne]
end

function response(status)
  if not expected[status] and #unexpected < 100 then
    unexpected = unexpected .. status .. " "
  end
end

function done()
  for _, thread in ipairs(threads) do
    local seen = thread:get("unexpected")
    if seen ~= "" then
      print("unexpected statuses: " .. seen)
    end
  end
end
