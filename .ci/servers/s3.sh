#!/usr/bin/env bash
# Adobe's S3Mock from Maven Central: an S3 server of other people's making, which keeps objects in files. It does not verify
# signatures; the in-process server of the integration tests does. Its port is open on every address: it has no setting for that.
# See common.sh for the commands.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

version=4.12.4
port="${FATHOM_TEST_S3_PORT:-59000}"
dir="$servers_dir/s3"
libs="${FATHOM_S3_LIBS:-/var/cache/fathom/s3mock-$version}"
jar="$libs/s3mock-$version-exec.jar"
pid_file="$servers_dir/s3.pid"
log_file="$servers_dir/s3.log"

install_s3() {
  install_packages default-jre-headless maven curl
  [ -f "$jar" ] && return
  say "fetching S3Mock from Maven Central"
  local draft="$libs.$$"
  mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy \
    -Dartifact="com.adobe.testing:s3mock:$version:jar:exec" -DoutputDirectory="$draft" >&2
  rm -rf "$libs"
  mv "$draft" "$libs"
}

launch() {
  start_daemon "$pid_file" "$log_file" root java -Xmx256m \
    -Dcom.adobe.testing.s3mock.store.root="$dir" -Dcom.adobe.testing.s3mock.store.retainFilesOnExit=true \
    -Dcom.adobe.testing.s3mock.httpPort="$port" -jar "$jar" --server.port=0
}

answers() {
  running_pid "$pid_file" >/dev/null || return 2
  curl -fsS "http://127.0.0.1:$port/" || return 1
}

start_server() {
  install_s3
  mkdir -p "$servers_dir" "$dir"
  running_pid "$pid_file" >/dev/null || launch
  wait_until 90 "S3 on port $port (see $log_file)" answers
  say "S3Mock answers on port $port"
}

stop_server() {
  end_daemon "$pid_file" TERM
  rm -rf "$dir" "$log_file"
}

crash_server() {
  end_daemon "$pid_file" KILL
  launch
  wait_until 90 "S3 on port $port (see $log_file)" answers
}

print_env() {
  echo "export TEST_S3_ENDPOINT='http://127.0.0.1:$port'"
}

dispatch "$@"
