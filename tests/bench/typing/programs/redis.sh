#!/bin/sh
# SPDX-License-Identifier: MIT
# program: redis-server
# language: C
# built: redis 7.0.15, gcc -O2 -g, MALLOC=libc; redis-cli beside it
# looked at while building: yes
set -eu
port=7799
"$HEAPKIT" run --no-exit-snapshot -- "$PROGRAMS/redis-server" --port $port --save "" --enable-debug-command yes >"$OUT/log" &
ask() { "$PROGRAMS/redis-cli" -p $port "$@" >>"$OUT/log"; }
tries=0
until ask ping 2>/dev/null; do tries=$((tries + 1)); [ $tries -lt 100 ]; sleep 0.1; done
ask debug populate 40000 key 40
ask eval "for i = 1, 4000 do
  for j = 1, 8 do redis.call(\"hset\", \"h\" .. i, \"f\" .. j, string.rep(\"x\", 70) .. j) end
  redis.call(\"rpush\", \"l\" .. i % 300, i)
  redis.call(\"sadd\", \"s\" .. i % 100, \"m\" .. i)
  redis.call(\"zadd\", \"z\" .. i % 20, i, \"zm\" .. i)
end" 0
process=$("$PROGRAMS/redis-cli" -p $port info server | sed -n "s/process_id:\([0-9]*\).*/\1/p")
"$HEAPKIT" snapshot "$process" -o "$OUT/redis.heap"
ask shutdown nosave || true
wait
