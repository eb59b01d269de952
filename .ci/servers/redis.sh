#!/usr/bin/env bash
# Debian's Redis 7, durable on every write, so that a crash loses nothing it acknowledged. See common.sh for the commands.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

port="${FATHOM_TEST_REDIS_PORT:-56379}"
dir="$servers_dir/redis"
pid_file="$servers_dir/redis.pid"
log_file="$servers_dir/redis.log"

launch() {
  start_daemon "$pid_file" "$log_file" redis redis-server --bind 127.0.0.1 --port "$port" --dir "$dir" \
    --appendonly yes --appendfsync always --save '' --daemonize no
}

answers() { [ "$(redis-cli -h 127.0.0.1 -p "$port" ping)" = PONG ]; }

start_server() {
  install_packages redis-server
  mkdir -p "$servers_dir" && chmod 755 "$servers_dir"
  install -d -m 700 -o redis "$dir"
  running_pid "$pid_file" >/dev/null || launch
  wait_until 30 "Redis on port $port (see $log_file)" answers
  say "Redis $(redis-server --version | grep -oE 'v=[0-9.]+' | cut -c3-) answers on port $port"
}

stop_server() {
  end_daemon "$pid_file" TERM
  rm -rf "$dir" "$log_file"
}

crash_server() {
  end_daemon "$pid_file" KILL
  launch
  wait_until 30 "Redis on port $port (see $log_file)" answers
}

print_env() {
  echo "export TEST_REDIS_URL='redis://127.0.0.1:$port'"
  echo "export TEST_REDIS_RESTART='bash $here/redis.sh crash'"
}

dispatch "$@"
