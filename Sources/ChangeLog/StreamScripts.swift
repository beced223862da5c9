// The two scripts of the log's stream. Both look at the stream's last entry and at the server's replication id in the same step in
// which they act, so that nothing comes between: numbers are dense however many append at once, and a number is never given under
// the stamp of another life of the log.
//
// The stream is the only state. A nonce is drawn when it begins and is passed on from entry to entry: a stream that was deleted,
// flushed or emptied begins with another one. What some hand wrote between (another form of id, no nonce) begins another life
// too, and where no greater number can follow, the stream itself is begun anew.

import EventLoop
import Redis

enum StreamScripts {
  /// KEYS: the stream. ARGV: a fresh nonce; how many entries are kept; a condition; then names and values. The condition: "" none;
  /// "anew" none, and the fresh nonce is taken; else the id that the last entry must have ("none": there must be none).
  /// Returns id, nonce and replication id of what was appended; or the last entry's id alone.
  @LoopActor static let append = RedisScript(
    #"""
    if redis.replicate_commands then redis.replicate_commands() end
    local replid = redis.call('INFO', 'replication'):match('master_replid:(%x+)')
    if not replid then return redis.error_reply('NOREPLID the server tells no replication id, so a fail-over would not show') end
    local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
    local anew = ARGV[3] == 'anew'
    if ARGV[3] ~= '' and not anew and ARGV[3] ~= (last and last[1] or 'none') then return {last and last[1] or 'none'} end
    local number, nonce = 0, ARGV[1]
    if last then
      number = tonumber(last[1]:match('^%d+'))
      if last[1]:match('%-0$') and not anew then
        for i = 1, #last[2], 2 do
          local value = last[2][i + 1]
          if last[2][i] == 'nonce' and #value == 32 and value:match('^[0-9a-f]+$') then nonce = value end
        end
      end
    end
    local function add(number, nonce)
      local id = string.format('%.0f-0', number)
      local added = redis.pcall('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], id, 'nonce', nonce, 'replid', replid, unpack(ARGV, 4))
      if type(added) == 'table' and added.err then return added end
      return {id, nonce, replid}
    end
    local added
    if number < 9007199254740991 then
      added = add(number + 1, nonce)
      if not (added.err and added.err:find('equal or smaller', 1, true)) then return added end
    end
    redis.call('DEL', KEYS[1])
    return add(1, ARGV[1])
    """#)

  /// KEYS: the stream. Returns the server's replication id, the last entry's id and its nonce, as far as there are any.
  @LoopActor static let tail = RedisScript(
    #"""
    local replid = redis.call('INFO', 'replication'):match('master_replid:(%x+)')
    if not replid then return redis.error_reply('NOREPLID the server tells no replication id, so a fail-over would not show') end
    local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
    if not last then return {replid} end
    for i = 1, #last[2], 2 do
      if last[2][i] == 'nonce' then return {replid, last[1], last[2][i + 1]} end
    end
    return {replid, last[1]}
    """#)
}
