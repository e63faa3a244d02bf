-- SPDX-License-Identifier: MIT
-- A wrk script: sends the requests that stand in the environment in turn, and tells of answers that were none of the
-- expected ones. BENCH_LIMIT is a number of answers after which it ends at once, without wrk's report. load.py writes
-- the environment.
local count = tonumber(os.getenv("BENCH_REQUESTS"))
local texts, expected = {}, {}
local turn = 0
local left = tonumber(os.getenv("BENCH_LIMIT") or "inf")

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
  turn = turn % count + 1
  return ready_made[turn]
end

local function report(seen)
  if seen ~= "" then
    print("unexpected statuses: " .. seen)
  end
end

function response(status)
  if not expected[status] and #unexpected < 100 then
    unexpected = unexpected .. status .. " "
  end
  left = left - 1
  if left == 0 then
    report(unexpected)
    os.exit(0)
  end
end

function done()
  for _, thread in ipairs(threads) do
    report(thread:get("unexpected"))
  end
end
