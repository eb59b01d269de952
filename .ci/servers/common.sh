# Sourced by postgres.sh, redis.sh, kafka.sh, vulkan.sh, proxies.sh and small-disk.sh: real servers for the contract suites, on a Debian machine, as root.
#
# Every script takes one command:
#   start   installs what is missing, starts the server, waits until it answers, prints its environment (see env)
#   stop    stops it and removes its data
#   crash   kills it with SIGKILL and starts it again on the same address and data
#   env     prints `export NAME=value` lines for the tests
# Lines for `eval` go to stdout, everything else to stderr. Servers listen on 127.0.0.1 only, keep their files below
# FATHOM_SERVERS_DIR, and are stopped by the process id that they were started with, never by name.
set -euo pipefail

servers_dir="${FATHOM_SERVERS_DIR:-/tmp/fathom-servers}"
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

say() { echo "[servers] $*" >&2; }
fail() { say "$*"; exit 1; }

# Installs Debian packages unless all are there. apt's own sources decide where from.
install_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  [ "${#missing[@]}" -eq 0 ] && return
  say "installing ${missing[*]}"
  local log
  log="$(mktemp)"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } \
    >"$log" 2>&1 || { cat "$log" >&2; fail "could not install ${missing[*]}"; }
  rm -f "$log"
}

# start_daemon PID_FILE LOG_FILE USER COMMAND...: in the background, holding none of our file descriptors.
start_daemon() {
  local pid_file="$1" log_file="$2" user="$3"
  shift 3
  touch "$log_file"
  chown "$user" "$log_file"
  setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups setsid "$@" </dev/null >>"$log_file" 2>&1 &
  echo $! >"$pid_file"
}

# The process of a pid file, if it lives (a zombie does not).
running_pid() {
  local pid
  pid="$(cat "$1" 2>/dev/null)" || return 1
  [ -n "$pid" ] && [ -r "/proc/$pid/stat" ] && ! grep -q ') Z' "/proc/$pid/stat" && echo "$pid"
}

# wait_until SECONDS WHAT COMMAND...: COMMAND answers 0 for done, 2 for never, anything else for not yet.
wait_until() {
  local deadline=$((SECONDS + $1)) what="$2" answer
  shift 2
  while true; do
    answer=0
    "$@" >/dev/null 2>&1 || answer=$?
    [ "$answer" -ne 0 ] || return 0
    [ "$answer" -ne 2 ] || fail "$what will not happen"
    [ "$SECONDS" -lt "$deadline" ] || fail "$what did not happen in time"
    sleep 0.1
  done
}

gone() { ! running_pid "$1" >/dev/null; }

# end_daemon PID_FILE SIGNAL: sends it and waits until the process is gone.
end_daemon() {
  local pid
  if pid="$(running_pid "$1")"; then
    kill "-$2" "$pid"
    wait_until 30 "end of process $pid" gone "$1"
  fi
  rm -f "$1"
}

dispatch() {
  case "${1:-}" in
    start) start_server && print_env ;;
    stop) stop_server ;;
    crash) crash_server ;;
    env) print_env ;;
    *) fail "usage: $0 start|stop|crash|env" ;;
  esac
}
