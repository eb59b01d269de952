#!/usr/bin/env bash
# Debian's PostgreSQL 15 with pgvector. See common.sh for the commands.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

port="${FATHOM_TEST_POSTGRES_PORT:-55432}"
bin=/usr/lib/postgresql/15/bin
dir="$servers_dir/postgres"
pid_file="$servers_dir/postgres.pid"
log_file="$servers_dir/postgres.log"

# Debian 12 has no pgvector. Its successor has the source, which builds against PostgreSQL 15 in about 10 s. The source is
# fetched by apt from the mirror that this machine already uses, with lists of its own: the system's stay as they are.
install_pgvector() {
  [ -f /usr/share/postgresql/15/extension/vector.control ] && return
  install_packages postgresql-server-dev-15 make gcc libc6-dev
  say "building pgvector from Debian's source package"
  local work mirror
  work="$(mktemp -d)"
  chmod 755 "$work"
  mirror="$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null |
    grep -oE 'https?://[^ ]+/debian/?( |$)' | head -1 | tr -d ' ')"
  [ -n "$mirror" ] || fail "no Debian mirror among apt's sources"
  mkdir -p "$work/lists/partial" "$work/archives/partial"
  echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$work/sources.list"
  local apt=(apt-get -qq -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o Dir::State::Lists="$work/lists" -o Dir::Cache::Archives="$work/archives" -o APT::Sandbox::User=root)
  "${apt[@]}" update >&2
  (cd "$work" && "${apt[@]}" source --download-only pgvector >&2)
  mkdir "$work/source"
  tar -xf "$work"/pgvector_*.orig.tar.* -C "$work/source" --strip-components=1
  # OPTFLAGS: the default, -march=native, would not run on another machine that shares the folder.
  make -s -C "$work/source" OPTFLAGS="" PG_CONFIG="$bin/pg_config" >&2
  make -s -C "$work/source" install PG_CONFIG="$bin/pg_config" >&2
  rm -rf "$work"
}

as_postgres() { setpriv --reuid=postgres --regid="$(id -g postgres)" --clear-groups env -C / "$@"; }

create_cluster() {
  [ -f "$dir/PG_VERSION" ] && return
  rm -rf "$dir"
  install -d -m 700 -o postgres "$dir"
  as_postgres "$bin/initdb" -D "$dir" -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 >>"$log_file" 2>&1
}

launch() {
  start_daemon "$pid_file" "$log_file" postgres "$bin/postgres" -D "$dir" -p "$port" \
    -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200
}

answers() { "$bin/pg_isready" -q -h 127.0.0.1 -p "$port" || return 1; }

# After a crash the memory of the killed server may still be in use for a moment, and the first attempt gives up.
answers_or_relaunch() {
  running_pid "$pid_file" >/dev/null || launch
  answers
}

start_server() {
  install_packages postgresql-15
  install_pgvector
  mkdir -p "$servers_dir" && chmod 755 "$servers_dir" && touch "$log_file"
  create_cluster
  wait_until 60 "PostgreSQL on port $port (see $log_file)" answers_or_relaunch
  say "PostgreSQL $("$bin/postgres" --version | grep -oE '[0-9.]+' | head -1) answers on port $port"
}

stop_server() {
  end_daemon "$pid_file" INT
  rm -rf "$dir" "$log_file"
}

crash_server() {
  end_daemon "$pid_file" KILL
  wait_until 60 "PostgreSQL on port $port (see $log_file)" answers_or_relaunch
}

print_env() {
  echo "export TEST_DATABASE_URL='postgres://postgres@127.0.0.1:$port/postgres'"
  echo "export TEST_DATABASE_RESTART='bash $here/postgres.sh crash'"
}

dispatch "$@"
