-- The rate limit and the gate of an account, which all its workers share.
--
-- KEYS[1]: the state, a hash. ARGV: the number of attempts that are taken or given back (-1, 0 or 1), whether the attempt is that of a single call (1)
-- or of a bulk row (0), the number of attempts that the server has accepted since the last report, the epoch of an attempt that met a 429 or -1, for how
-- long the 429 closes the gate, and the last limit that this worker has seen, or 0.
--
-- Returns the delay after which the attempt may begin, or -1 if it may not; the time until the gate opens; the epoch; and the limit in attempts per
-- second, or 0 if it is not known. Times are in microseconds, on the clock of this server. Numbers that are not integers are returned as text.
--
-- The limit follows the same curve as in rate.rs, with the same constants. Attempts are spread by GCRA: `next` is the theoretical arrival time of the next
-- attempt. A worker that has to wait reserves its turn, so workers are served in order of arrival, each with one call of this script. Single calls wait only
-- for each other: `single` is their own arrival time, and rows wait for both.

local BETA, RETURN, PLATEAU, EARLY_PLATEAU, EARLY = 0.7, 0.4, 0.98, 0.9, 3
local HOLD, DOUBLING, FLOOR, ENOUGH, FIRST_GUESS = 25, 25, 0.5, 10, 10
local BURST, MEASURED_OVER, SMOOTHING, FORGOTTEN_AFTER = 20000, 500000, 0.8, 600

-- A turn is reserved at most this far ahead. A worker that would have to wait for longer asks again, because the limit may have changed.
local HORIZON = 500000

-- No number of the state is as large.
local LARGEST = 1e18

local FIELDS = {
  'now', 'epoch', 'closed', 'next', 'rate', 'plateau', 'start', 'elapsed', 'estimate', 'reached', 'single', 'single_reached',
  'accepted', 'first', 'metered', 'count', 'meter', 'gap'
}

local count, is_single, accepted = tonumber(ARGV[1]), ARGV[2] == '1', tonumber(ARGV[3])
local refused_epoch, wait, last_limit = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])

local stored = redis.call('HMGET', KEYS[1], unpack(FIELDS))
local state, is_valid = {}, true
for index, field in ipairs(FIELDS) do
  local value = tonumber(stored[index] or 0)
  is_valid = is_valid and value ~= nil and math.abs(value) < LARGEST
  state[field] = value
end
-- Something else has written this key. That is the same as a lost state: otherwise all workers would fail until somebody deletes the key.
if not is_valid then
  for _, field in ipairs(FIELDS) do
    state[field] = 0
  end
end
if state.now == 0 then
  state.now = now
end

-- The clock was set back, or another server has taken over whose clock is behind. Otherwise all workers would wait until it has caught up.
local back = state.now - now
if back > 0 then
  state.now, state.next, state.single, state.closed = now, state.next - back, state.single - back, state.closed - back
  if state.first > 0 then
    state.first = state.first - back
  end
end

-- The limit on the curve.
local function curve()
  local difference = state.plateau - state.start
  local from_plateau = state.elapsed / 1000000 - (difference / RETURN) ^ (1 / 3)
  if from_plateau < 0 or state.estimate == 1 then
    return state.plateau + RETURN * from_plateau ^ 3
  end
  return state.plateau * (1 + (math.max(from_plateau - HOLD, 0) / DOUBLING) ^ 3)
end

-- The rate at which attempts have begun while the gate was open.
local function measured()
  if state.metered == 0 then
    return state.count / math.max(state.meter / 1000000, 0.1)
  end
  return state.metered
end

-- No time passes for the limit while the gate is closed.
local open = math.max(now - math.max(state.now, state.closed), 0)
state.now = now
state.meter = state.meter + open
state.gap = state.gap + open
if state.reached + state.single_reached > 0 then
  state.elapsed = state.elapsed + open
end

-- This server has lost its state, and the worker has not. The bucket is empty.
if state.rate == 0 and last_limit > 0 then
  state.rate, state.plateau, state.start, state.elapsed, state.estimate = last_limit, last_limit, last_limit, 0, 0
  state.next, state.single = now, now
end

-- Responses other than a 429. Twice the measured rate is enough to grow by.
if accepted > 0 then
  state.accepted = state.accepted + accepted
  if state.rate > 0 then
    state.rate = math.max(state.rate, math.min(curve(), 2 * measured()))
  end
end

if refused_epoch >= 0 then
  state.closed = math.max(state.closed, now + wait)
  -- Attempts of an earlier epoch began before the limit fell, and say nothing about the new one.
  if refused_epoch == state.epoch then
    state.epoch = state.epoch + 1
    local refused
    if state.rate > 0 then
      refused = math.min(state.rate, measured())
    elseif state.accepted < ENOUGH then
      refused = FIRST_GUESS
    else
      refused = state.accepted / math.max((state.closed - state.first) / 1000000, 0.1)
    end
    local is_early = state.rate > 0 and state.estimate == 0 and state.elapsed < EARLY * 1000000
    state.estimate = state.rate == 0 and 1 or 0
    state.rate = math.max(refused * BETA, FLOOR)
    state.plateau = math.max(refused * (is_early and EARLY_PLATEAU or PLATEAU), state.rate)
    state.start, state.elapsed = state.rate, 0
  end
  -- What was reserved before the gate closed is not owed.
  state.next, state.single = state.closed, state.closed
end

local delay = 0
local interval = state.rate > 0 and 1000000 / state.rate or 0
if count < 0 then
  state.next = state.next + count * interval
  if is_single then
    state.single = state.single + count * interval
  end
  state.count = math.max(state.count + count, 0)
elseif count > 0 then
  local earliest = math.max(state.next, now - BURST)
  local turn = is_single and math.max(state.single, now - BURST) or earliest
  delay = math.max(turn - now, 0)
  state[is_single and 'single_reached' or 'reached'] = (state.rate > 0 and delay > 0) and 1 or 0
  if state.closed > now or (interval > 0 and delay > HORIZON) then
    delay = -1
  else
    if state.first == 0 then
      state.first = now
    end
    if interval > 0 then
      state.next = earliest + interval
      if is_single then
        state.single = turn + interval
        -- Rows wait for single calls, for at most a second.
        state.next = math.max(state.single, math.min(state.next, math.max(earliest, now + math.max(1000000, interval))))
      end
    end
    -- After a longer gap, there was nothing to send, and the interval says nothing about the rate.
    local has_gap = state.gap > math.max(2 * interval, MEASURED_OVER)
    state.gap = 0
    if has_gap then
      state.count, state.meter = 0, 0
    else
      state.count = state.count + 1
    end
    if state.meter >= MEASURED_OVER then
      local latest = state.count / (state.meter / 1000000)
      state.metered = state.metered == 0 and latest or SMOOTHING * latest + (1 - SMOOTHING) * state.metered
      state.count, state.meter = 0, 0
    end
  end
end

local changes = {}
for _, field in ipairs(FIELDS) do
  table.insert(changes, field)
  table.insert(changes, string.format('%.17g', state[field]))
end
redis.call('HSET', KEYS[1], unpack(changes))
redis.call('EXPIRE', KEYS[1], FORGOTTEN_AFTER + math.ceil(math.max(state.closed - now, 0) / 1000000))

return {math.ceil(delay), math.ceil(math.max(state.closed - now, 0)), state.epoch, string.format('%.17g', state.rate)}
