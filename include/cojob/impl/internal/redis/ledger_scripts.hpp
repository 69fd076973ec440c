#ifndef COJOB_IMPL_INTERNAL_REDIS_LEDGER_SCRIPTS_HPP
#define COJOB_IMPL_INTERNAL_REDIS_LEDGER_SCRIPTS_HPP

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

// The ledger of a quota in Redis. Each operation is one script, which Redis runs as a whole. The rules are those of
// `ledger_book`; a test compares both. All times are in microseconds of Redis' own clock, which a double holds exactly.
//
//     state     hash: epoch, revision, limit, window, now, pauses, pause_until, guess, base, base_until,
//               divided_until
//     leases    sorted set: lease -> when it runs out
//     uses      sorted set: lease -> when its use ended
//     restored  sorted set: the same for uses from before Redis lost its data, which processes write back
//     places    sorted set: waiting process -> its place
//     asked     sorted set: waiting process -> when it asked last
//     returned  sorted set: lease that got a 429, or number of one whose grant was not heard -> when it was returned
//     seen      sorted set: process -> the revision after its last change; of the last thousand processes
//
// A lease is named <pauses when it was granted>:<number>. What is returned is known for a while, in case that its
// question comes after it, or that it comes again. All keys expire when nothing in them counts any more.
namespace cojob::detail {

/// What a script does.
enum class ledger_operation { acquire, used, unused, throttled, renew, leave, restore };

inline constexpr std::array<std::string_view, 8> ledger_keys{"state",  "leases", "uses",     "restored",
                                                             "places", "asked",  "returned", "seen"};

namespace lua {

// ARGV: limit, window, the process's epoch or nothing, the last revision that it saw, an epoch for a new ledger, the
// process.
inline constexpr std::string_view head = R"lua(
local state, leases, uses, restored, places, asked, returned, seen = unpack(KEYS)
local limit, window, known_epoch, known_revision, new_epoch, process =
    tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4]), ARGV[5], ARGV[6]
local margin, longest_guess, waits_for, remembered = 1000000, 900000000, 1000000, 1000
local taken_for = window + margin
local function text(number) return string.format('%.0f', number) end
local function get(name) return tonumber(redis.call('HGET', state, name) or '0') end
local function set(name, number) redis.call('HSET', state, name, text(number)) end
local function score(key, member) return tonumber(redis.call('ZSCORE', key, member) or nil) end
local function add(key, time, member) redis.call('ZADD', key, text(time), member) end
-- The members of the set that are leases with this number.
local function numbered(key, number)
    local found = {}
    for _, lease in ipairs(redis.call('ZRANGE', key, 0, -1)) do
        if string.match(lease, ':(%d+)$') == number then found[#found + 1] = lease end
    end
    return found
end
local function edge(command, key)
    return tonumber(redis.call(command, key, 0, 0, 'WITHSCORES')[2] or nil)
end

local clock = redis.call('TIME')
local now = math.max(clock[1] * 1000000 + clock[2], get('now'))
local epoch = redis.call('HGET', state, 'epoch')
if epoch and (get('limit') ~= limit or get('window') ~= window) then
    return {'options', text(get('limit')), text(get('window'))}
end
-- Not the ledger's revision, because others may have used an older copy since. That counts only for processes which had
-- to be forgotten.
local last_change = score(seen, process) or (redis.call('ZCARD', seen) < remembered and 0) or get('revision')
if epoch == known_epoch and last_change < known_revision then
    -- An older copy of the data: what it lacks is as unknown as if all were lost.
    redis.call('ZUNIONSTORE', restored, 3, restored, leases, uses, 'AGGREGATE', 'MAX')
    redis.call('DEL', leases, uses)
    epoch = nil
end
if not epoch then
    epoch = new_epoch
    redis.call('DEL', seen)
    redis.call('HSET', state, 'epoch', epoch)
    set('revision', 0)
    set('limit', limit)
    set('window', window)
end

-- A lease that nobody ended is a use from when it ran out.
local over = redis.call('ZRANGEBYSCORE', leases, '-inf', text(now), 'WITHSCORES')
for i = 1, #over, 2 do
    redis.call('ZADD', uses, over[i + 1], over[i])
    redis.call('ZREM', leases, over[i])
end
for _, key in ipairs({uses, restored}) do
    redis.call('ZREMRANGEBYSCORE', key, '-inf', text(now - taken_for))
end
redis.call('ZREMRANGEBYSCORE', returned, '-inf', text(now - taken_for - 60000000))
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', asked, '-inf', text(now - waits_for))) do
    redis.call('ZREM', asked, gone)
    redis.call('ZREM', places, gone)
end
-- Nobody has asked for so long that processes may have begun to divide the limit: they have not reported all uses yet,
-- and those that were killed never will.
if get('now') > 0 and now - get('now') >= taken_for then set('divided_until', now + taken_for) end

local function taken()
    local base = get('base_until') > now and get('base') or 0
    return redis.call('ZCARD', leases) + redis.call('ZCARD', uses) + math.max(redis.call('ZCARD', restored), base)
end
local function leave()
    redis.call('ZREM', asked, process)
    redis.call('ZREM', places, process)
end
local function finish(result)
    set('now', now)
    local revision = redis.call('HINCRBY', state, 'revision', 1)
    add(seen, revision, process)
    if redis.call('ZCARD', seen) > remembered then redis.call('ZREM', seen, redis.call('ZRANGE', seen, 0, 0)[1]) end
    local last = math.max(now, edge('ZREVRANGE', leases) or 0, edge('ZREVRANGE', uses) or 0,
        edge('ZREVRANGE', restored) or 0, get('pause_until'), get('base_until'), get('divided_until'))
    for _, key in ipairs(KEYS) do
        redis.call('PEXPIRE', key, text(math.ceil((last - now + taken_for) / 1000) + 60000))
    end
    return {result, epoch, text(revision), text(get('pauses')), text(taken()),
        text((edge('ZREVRANGE', leases) or now) - now)}
end
)lua";

// Before each operation: the process first writes back what this ledger lacks. When it does so, it knows the epoch.
inline constexpr std::string_view same_epoch = R"lua(
if known_epoch ~= '' and known_epoch ~= epoch then return finish('lost') end
)lua";

// ARGV: number of the lease, its length, the slots of a process while the limit is divided, the slots that it has, 1 if
// it asks again because the reply was lost.
inline constexpr std::string_view acquire = R"lua(
local number, length, share, has = ARGV[7], tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
if score(returned, number) then return finish('done') end
local pauses = get('pauses')
local name, has_it = text(pauses) .. ':' .. number, false
for _, lease in ipairs(ARGV[11] == '1' and numbered(leases, number) or {}) do
    -- One from before a pause must not be used any more.
    if lease == name then has_it = true else redis.call('ZREM', leases, lease) end
end
local own = score(places, process)
local rank = own and redis.call('ZCOUNT', places, '-inf', '(' .. text(own)) or redis.call('ZCARD', places)
local waits_for_probe = false
if pauses % 2 == 1 then
    waits_for_probe = rank > 0
    for _, lease in ipairs(redis.call('ZRANGE', leases, 0, -1)) do
        waits_for_probe = waits_for_probe or string.match(lease, '^%d+') == text(pauses)
    end
end
local free = math.max(limit - taken(), 0)
local has_its_share = get('divided_until') > now and has >= share
local is_granted = has_it or
    (free > rank and get('pause_until') <= now and not waits_for_probe and not has_its_share)
local wait = 0
if is_granted then
    add(leases, now + length, name)
    leave()
else
    local nth = math.min(limit - 1, rank) - free
    if nth >= 0 then
        local use = redis.call('ZRANGE', uses, nth, nth, 'WITHSCORES')
        wait = use[2] and math.max(use[2] + taken_for - now, 0) or taken_for
    end
    wait = math.max(wait, get('pause_until') - now)
    if has_its_share then
        wait = math.max(wait, get('divided_until') - now)
        leave() -- the next process may come first
    elseif not own then
        add(places, (edge('ZREVRANGE', places) or 0) + 1, process)
        add(asked, now, process)
    elseif now - score(asked, process) >= waits_for / 4 then
        add(asked, now, process)
    end
end
local answer = finish(is_granted and 'granted' or 'wait')
answer[#answer + 1] = text(wait)
return answer
)lua";

// ARGV: lease, 1 if there was a response, the time since the use ended: its report may come after an outage.
inline constexpr std::string_view used = R"lua(
local lease, was_answered, ended_at = ARGV[7], ARGV[8] == '1', now - tonumber(ARGV[9])
local is_known = redis.call('ZREM', leases, lease) == 1 or score(uses, lease)
if score(restored, lease) then
    add(restored, ended_at, lease)
else
    add(uses, ended_at, lease)
end
local pauses = get('pauses')
if is_known and was_answered and pauses % 2 == 1 and string.match(lease, '^%d+') == text(pauses) then
    set('pauses', pauses + 1) -- even: no probe is missing
    set('pause_until', now)
    set('guess', 0)
end
return finish('done')
)lua";

// ARGV: lease, or only its number if its grant was not heard.
inline constexpr std::string_view unused = R"lua(
local lease = ARGV[7]
local is_unheard = not string.find(lease, ':')
if is_unheard then add(returned, now, lease) end
for _, key in ipairs({leases, uses, restored}) do
    for _, one in ipairs(is_unheard and numbered(key, lease) or {lease}) do redis.call('ZREM', key, one) end
end
return finish('done')
)lua";

// ARGV: lease, length of the pause, 1 if the server asked for it.
inline constexpr std::string_view throttled = R"lua(
local lease, length, is_hinted = ARGV[7], tonumber(ARGV[8]), ARGV[9] == '1'
if score(returned, lease) then return finish('done') end -- the reply was lost
add(returned, now, lease)
local pauses, guess, left = get('pauses'), get('guess'), get('pause_until') - now
local is_next = (score(leases, lease) or score(uses, lease)) and string.match(lease, '^%d+') == text(pauses)
if not is_hinted and left <= 0 then
    guess = math.min(math.max(length, is_next and 2 * guess or guess), longest_guess)
    local oldest = edge('ZRANGE', uses)
    if taken() < limit then oldest = nil end
    length = math.max(guess, oldest and oldest + taken_for - now or 0)
end
if left <= 0 or (is_hinted and length > left) then
    set('pauses', left <= 0 and pauses + 1 + pauses % 2 or pauses)
    set('pause_until', now + length)
    set('guess', guess)
end
for _, key in ipairs({leases, uses, restored}) do redis.call('ZREM', key, lease) end
return finish('done')
)lua";

// ARGV: lease, its length from now on.
inline constexpr std::string_view renew = R"lua(
local is_running = score(leases, ARGV[7])
if is_running then add(leases, now + tonumber(ARGV[8]), ARGV[7]) end
return finish(is_running and 'done' or 'gone')
)lua";

inline constexpr std::string_view leave = R"lua(
leave()
return finish('done')
)lua";

// ARGV: uses that the process saw in the lost ledger, for how long they count, the pauses that it saw, the time since
// its last contact before an outage, or 0; and for each lease: 1 if it was in the lost ledger, its name, the time since
// its use ended, which is negative while it runs.
inline constexpr std::string_view restore = R"lua(
if get('base_until') <= now then set('base', 0) end
set('base', math.max(get('base'), tonumber(ARGV[7])))
set('base_until', math.max(get('base_until'), now + tonumber(ARGV[8])))
set('pauses', math.max(get('pauses'), tonumber(ARGV[9])))
local out_of_contact = tonumber(ARGV[10])
if out_of_contact >= taken_for then set('divided_until', math.max(get('divided_until'), now + taken_for)) end
for i = 11, #ARGV, 3 do
    local lease, time = ARGV[i + 1], now - tonumber(ARGV[i + 2])
    if time > now - taken_for and not score(leases, lease) and not score(uses, lease) then
        add(ARGV[i] == '1' and restored or uses, time, lease)
    end
end
return finish('done')
)lua";

} // namespace lua

[[nodiscard]] inline std::string ledger_script(ledger_operation what)
{
    constexpr std::array<std::string_view, 7> bodies{lua::acquire, lua::used,  lua::unused, lua::throttled,
                                                     lua::renew,   lua::leave, lua::restore};
    return std::string(lua::head).append(lua::same_epoch) += bodies[static_cast<std::size_t>(what)];
}

} // namespace cojob::detail

#endif
